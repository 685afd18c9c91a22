// Decodes an opened file to interleaved pixels by libjpeg, where they are not computed from the engine's planes.
#include "decoder.h"

static J_COLOR_SPACE space(ff_jpeg_pixels format) {
  switch (format) {
    case ffJPEGPixelsGray: return JCS_GRAYSCALE;
    case ffJPEGPixelsRGB: return JCS_EXT_RGB;
    case ffJPEGPixelsBGR: return JCS_EXT_BGR;
    case ffJPEGPixelsRGBA: return JCS_EXT_RGBA;
  }
  return JCS_UNKNOWN;
}

/// Converts inks as Adobe stores them (255 is no ink) to colours, with OpenCV's arithmetic (imgcodecs,
/// icvCvt_CMYK2BGR): paper seen through the ink, with black over it.
static void inksToPixels(const uint8_t *inks, uint8_t *pixels, int width, ff_jpeg_pixels format) {
  for (int x = 0; x < width; x++, inks += 4) {
    const int black = inks[3];
    const uint8_t red = (uint8_t)(black - ((255 - inks[0]) * black >> 8));
    const uint8_t green = (uint8_t)(black - ((255 - inks[1]) * black >> 8));
    const uint8_t blue = (uint8_t)(black - ((255 - inks[2]) * black >> 8));
    switch (format) {
      case ffJPEGPixelsGray:
        // ITU-R BT.601's weights in 14 bits, as in OpenCV.
        *pixels++ = (uint8_t)((red * 4899 + green * 9617 + blue * 1868 + 8192) >> 14);
        break;
      case ffJPEGPixelsBGR:
        pixels[0] = blue, pixels[1] = green, pixels[2] = red;
        pixels += 3;
        break;
      default:
        pixels[0] = red, pixels[1] = green, pixels[2] = blue;
        pixels += 3;
        if (format == ffJPEGPixelsRGBA) *pixels++ = 255;
    }
  }
}

int ff_jpeg_decode_pixels(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format) {
  if (ff_jpeg_isEnlargeable(decoder, format)) return ff_jpeg_decode_enlarged(decoder, pixels, stride, format);
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  // The same check for planes and pixels: libjpeg ignores runs of zeros beyond their block.
  if (decoder->isBaseline && ff_jpeg_judgeData(decoder) != 0) return -1;
  if (setjmp(decoder->failure.entry)) return ff_jpeg_failed(decoder);
  const int isInk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
  jpeg->raw_data_out = FALSE;
  jpeg->out_color_space = isInk ? JCS_CMYK : space(format);
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->dct_method = JDCT_ISLOW;
  ff_jpeg_start(decoder);
  JSAMPARRAY inks = NULL;
  if (isInk)
    inks = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * 4, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    if (isInk) {
      uint8_t *row = pixels + (size_t)jpeg->output_scanline * stride;
      jpeg_read_scanlines(jpeg, inks, 1);
      inksToPixels(inks[0], row, (int)jpeg->output_width, format);
      continue;
    }
    JSAMPROW rows[DCTSIZE];
    JDIMENSION count = jpeg->output_height - jpeg->output_scanline;
    if (count > DCTSIZE) count = DCTSIZE;
    for (JDIMENSION r = 0; r < count; r++) rows[r] = pixels + (size_t)(jpeg->output_scanline + r) * stride;
    jpeg_read_scanlines(jpeg, rows, count);
  }
  ff_jpeg_end(decoder);
  return 0;
}
