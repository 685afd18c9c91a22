#include "failure.h"
#include "frame_jpeg.h"

struct ff_jpeg_encoder {
  struct jpeg_compress_struct jpeg;
  ff_jpeg_failure failure;
  struct jpeg_destination_mgr target;
};

const char *ff_jpeg_encoder_message(const ff_jpeg_encoder *encoder) { return encoder->failure.message; }

static void begin(j_compress_ptr jpeg) { (void)jpeg; }

static boolean overflow(j_compress_ptr jpeg) {
  ERREXIT(jpeg, JERR_BUFFER_SIZE);
  return FALSE;
}

static void finish(j_compress_ptr jpeg) { (void)jpeg; }

ff_jpeg_encoder *ff_jpeg_encoder_new(void) {
  ff_jpeg_encoder *encoder = calloc(1, sizeof *encoder);
  if (!encoder) return NULL;
  encoder->jpeg.err = ff_jpeg_errors(&encoder->failure);
  if (setjmp(encoder->failure.entry)) {
    free(encoder);
    return NULL;
  }
  jpeg_create_compress(&encoder->jpeg);
  encoder->target.init_destination = begin;
  encoder->target.empty_output_buffer = overflow;
  encoder->target.term_destination = finish;
  encoder->jpeg.dest = &encoder->target;
  return encoder;
}

void ff_jpeg_encoder_free(ff_jpeg_encoder *encoder) {
  if (!encoder) return;
  jpeg_destroy_compress(&encoder->jpeg);
  free(encoder);
}

long ff_jpeg_encode(ff_jpeg_encoder *encoder, const uint8_t *pixels, const ff_jpeg_settings *settings,
                    uint8_t *file, size_t capacity) {
  struct jpeg_compress_struct *jpeg = &encoder->jpeg;
  if (setjmp(encoder->failure.entry)) {
    jpeg_abort_compress(jpeg);
    return -1;
  }
  encoder->target.next_output_byte = file;
  encoder->target.free_in_buffer = capacity;
  jpeg->image_width = (JDIMENSION)settings->width;
  jpeg->image_height = (JDIMENSION)settings->height;
  switch (settings->format) {
    case ffJPEGPixelsGray:
      jpeg->input_components = 1;
      jpeg->in_color_space = JCS_GRAYSCALE;
      break;
    case ffJPEGPixelsRGB:
      jpeg->input_components = 3;
      jpeg->in_color_space = JCS_EXT_RGB;
      break;
    case ffJPEGPixelsBGR:
      jpeg->input_components = 3;
      jpeg->in_color_space = JCS_EXT_BGR;
      break;
    case ffJPEGPixelsRGBA:
      jpeg->input_components = 4;
      jpeg->in_color_space = JCS_EXT_RGBX;
      break;
  }
  jpeg_set_defaults(jpeg);
  jpeg_set_colorspace(jpeg, settings->isGray || jpeg->input_components == 1 ? JCS_GRAYSCALE : JCS_YCbCr);
  jpeg_set_quality(jpeg, settings->quality, TRUE);
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->comp_info[0].h_samp_factor = jpeg->num_components == 3 && settings->halvesX ? 2 : 1;
  jpeg->comp_info[0].v_samp_factor = jpeg->num_components == 3 && settings->halvesY ? 2 : 1;
  jpeg->restart_in_rows = settings->restartRows;
  jpeg_start_compress(jpeg, TRUE);
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW rows[DCTSIZE];
    JDIMENSION count = jpeg->image_height - jpeg->next_scanline;
    if (count > DCTSIZE) count = DCTSIZE;
    for (JDIMENSION r = 0; r < count; r++)
      rows[r] = (JSAMPROW)pixels + (size_t)(jpeg->next_scanline + r) * settings->stride;
    jpeg_write_scanlines(jpeg, rows, count);
  }
  jpeg_finish_compress(jpeg);
  return (long)(capacity - encoder->target.free_in_buffer);
}
