// Decodes an opened file to interleaved pixels from planes: the same as libjpeg, in half of its time.
#include "decoder.h"

/// The rows of a plane in memory: two rows of MCUs, because the rows at the edge between them are mixed.
typedef struct {
  uint8_t *samples;
  size_t stride;
  int rows, height;
} ring;

/// Returns a row; outside the picture the nearest one.
static const uint8_t *row(const ring *plane, int y) {
  if (y < 0) y = 0;
  if (y >= plane->height) y = plane->height - 1;
  return plane->samples + (size_t)(y % plane->rows) * plane->stride;
}

/// Image rows and columns per chroma sample, in luma samples; 0 for ratios that are not supported here.
typedef struct {
  int x, y;
} ratio;

static ratio chromaRatio(const ff_jpeg_decoder *decoder) {
  const ff_jpeg_plane *luma = &decoder->info.planes[0], *chroma = &decoder->info.planes[1];
  const ratio none = {0, 0};
  if (chroma->spacingX % luma->spacingX || chroma->spacingY % luma->spacingY) return none;
  const ratio r = {chroma->spacingX / luma->spacingX, chroma->spacingY / luma->spacingY};
  if (r.x == 1 && r.y == 1) return r;
  // libjpeg repeats samples where planes are this narrow, or have one sample per block.
  if (chroma->width <= 2 || LUMA_SCALED(decoder->jpeg) == 1) return none;
  return r.x == 2 && (r.y == 1 || r.y == 2) ? r : none;
}

int ff_jpeg_isEnlargeable(const ff_jpeg_decoder *decoder, ff_jpeg_pixels format) {
  const ff_jpeg_info *info = &decoder->info;
  if (!decoder->isBaseline || decoder->isFast || info->planeCount == 0) return 0;
  // Luma that is coarser than chroma would need upsampling too.
  if (info->planes[0].spacingX * LUMA_SCALED(decoder->jpeg) != DCTSIZE ||
      info->planes[0].spacingY * LUMA_SCALED(decoder->jpeg) != DCTSIZE)
    return 0;
  return info->planeCount == 1 || format == ffJPEGPixelsGray || chromaRatio(decoder).x != 0;
}

/// The planes and buffers for rows of pixels.
typedef struct {
  const ff_baseline_decoder *engine;
  ff_jpeg_pixels format;
  int width, planeCount;
  ring planes[ffMostComponents];
  ratio ratio;
  /// Buffers for a row of chroma as wide as luma, and for its computation.
  uint8_t *blue, *red;
  uint16_t *sums;
} pixel_rows;

/// Allocates memory, which is kept for the next file.
/// - Returns: 0 when there is none.
static int prepare(ff_jpeg_decoder *decoder, pixel_rows *rows) {
  enum { room = 64 };  // loads of 16 samples go beyond a row's end
  const size_t line = (size_t)decoder->info.planes[0].paddedWidth + room;
  size_t needed = line * sizeof *rows->sums + 2 * line, starts[ffMostComponents];
  for (int c = 0; c < rows->planeCount; c++) {
    const ff_jpeg_plane *plane = &decoder->info.planes[c];
    ring *to = &rows->planes[c];
    *to = (ring){.stride = (size_t)plane->paddedWidth, .rows = 2 * plane->rowsPerMCU, .height = plane->height};
    starts[c] = needed;
    needed += to->stride * (size_t)to->rows + room;
  }
  if (decoder->rowsRoom < needed) {
    free(decoder->rows);
    decoder->rows = malloc(needed);
    decoder->rowsRoom = decoder->rows ? needed : 0;
    if (!decoder->rows) return 0;
  }
  uint8_t *const start = decoder->rows;
  rows->sums = (uint16_t *)(void *)start;
  rows->blue = start + line * sizeof *rows->sums;
  rows->red = rows->blue + line;
  for (int c = 0; c < rows->planeCount; c++) rows->planes[c].samples = start + starts[c];
  return 1;
}

static void grayRow(const uint8_t *luma, int width, ff_jpeg_pixels format, uint8_t *pixels) {
  if (format == ffJPEGPixelsGray) {
    memcpy(pixels, luma, (size_t)width);
    return;
  }
  const int size = format == ffJPEGPixelsRGBA ? 4 : 3;
  for (int x = 0; x < width; x++, pixels += size) {
    pixels[0] = pixels[1] = pixels[2] = luma[x];
    if (size == 4) pixels[3] = 255;
  }
}

static void pixelRow(const pixel_rows *rows, int y, uint8_t *pixels) {
  const uint8_t *const luma = row(&rows->planes[0], y);
  if (rows->planeCount == 1) {
    grayRow(luma, rows->width, rows->format, pixels);
    return;
  }
  const int at = y / rows->ratio.y;
  ff_samples samples = {luma, row(&rows->planes[1], at), row(&rows->planes[2], at)};
  if (rows->ratio.x == 2) {
    const int isMixed = rows->ratio.y == 2, beside = y % 2 ? at + 1 : at - 1, count = (rows->width + 1) / 2;
    const uint8_t *const farBlue = isMixed ? row(&rows->planes[1], beside) : NULL;
    const uint8_t *const farRed = isMixed ? row(&rows->planes[2], beside) : NULL;
    rows->engine->enlarge(samples.blue, farBlue, count, rows->sums, rows->blue);
    rows->engine->enlarge(samples.red, farRed, count, rows->sums, rows->red);
    samples.blue = rows->blue;
    samples.red = rows->red;
  }
  rows->engine->toColors(&samples, rows->width, rows->format, pixels);
}

int ff_jpeg_decode_enlarged(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format) {
  const ff_jpeg_info *info = &decoder->info;
  pixel_rows rows = {.engine = decoder->engine, .format = format, .width = info->planes[0].width};
  rows.planeCount = format == ffJPEGPixelsGray ? 1 : info->planeCount;
  if (rows.planeCount > 1) rows.ratio = chromaRatio(decoder);
  if (!prepare(decoder, &rows)) return ff_jpeg_damaged(decoder, "out of memory");
  if (ff_jpeg_planes_begin(decoder, rows.planeCount) != 0) return -1;
  const int height = info->planes[0].height, perMCU = info->planes[0].rowsPerMCU;
  int more = 1, y = 0;
  for (int read = 0; more > 0; read++) {
    uint8_t *targets[ffMostComponents] = {NULL};
    size_t strides[ffMostComponents] = {0};
    for (int c = 0; c < rows.planeCount; c++) {
      ring *plane = &rows.planes[c];
      targets[c] = plane->samples + (size_t)(read % 2 * (plane->rows / 2)) * plane->stride;
      strides[c] = plane->stride;
    }
    more = ff_jpeg_planes_read(decoder, targets, strides);
    if (more < 0) return -1;
    // The last row needs the chroma below it.
    const int ready = more ? (read + 1) * perMCU - (rows.ratio.y == 2) : height;
    for (; y < ready && y < height; y++) pixelRow(&rows, y, pixels + (size_t)y * stride);
  }
  return 0;
}
