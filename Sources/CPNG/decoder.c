#include "frame_png.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t left;
  jmp_buf entry;
  ff_png_result result;
} reading;

static void fail(png_structp png, png_const_charp message) {
  reading *file = png_get_error_ptr(png);
  file->result.outcome = ffPNGDamaged;
  strncpy(file->result.message, message, sizeof file->result.message - 1);
  longjmp(file->entry, 1);
}

// Ignores warnings such as a bad checksum of a chunk that is not needed, or too many rows: the pixels are right.
static void overlook(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void take(png_structp png, png_bytep target, size_t count) {
  reading *file = png_get_io_ptr(png);
  if (count > file->left) png_error(png, "it is cut off");
  memcpy(target, file->bytes, count);
  file->bytes += count;
  file->left -= count;
}

/// Selects the conversions from the file's samples to the requested ones.
static void setSteps(png_structp png, png_infop info, ff_png_pixels pixels) {
  int color = png_get_color_type(png, info);
  int isGray = !(color & PNG_COLOR_MASK_COLOR);
  if (png_get_bit_depth(png, info) == 16) png_set_strip_16(png);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (isGray) png_set_expand_gray_1_2_4_to_8(png);
  if (pixels == ffPNGRGBA) {
    if (png_get_valid(png, info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
    png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
  } else {
    png_set_strip_alpha(png);
  }
  if (pixels == ffPNGBGR) png_set_bgr(png);
  if (isGray && pixels != ffPNGGray) png_set_gray_to_rgb(png);
  // No gamma is applied here: the chunk that could state one is not read.
  if (!isGray && pixels == ffPNGGray)
    png_set_rgb_to_gray_fixed(png, PNG_ERROR_ACTION_NONE, 29900, 58700);
}

static void decode(png_structp png, png_infop info, reading *file, ff_png_pixels pixels, uint8_t *target,
                   size_t stride) {
  // The caller's own limit is checked next, for both sides together.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png, 1 << 16);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  uint32_t width = file->result.width, height = file->result.height;
  png_read_info(png, info);
  file->result.width = png_get_image_width(png, info);
  file->result.height = png_get_image_height(png, info);
  if (file->result.width != width || file->result.height != height) {
    file->result.outcome = ffPNGOtherSize;
    return;
  }
  setSteps(png, info, pixels);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t samples = pixels == ffPNGGray ? 1 : pixels == ffPNGRGBA ? 4 : 3;
  if (png_get_rowbytes(png, info) != samples * width || stride < samples * width)
    png_error(png, "its rows do not have the expected length");
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t row = 0; row < height; row++) png_read_row(png, target + row * stride, NULL);
}

ff_png_result ff_png_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, ff_png_pixels pixels,
                            uint8_t *target, size_t stride) {
  reading file = {.bytes = bytes, .left = count, .result = {.width = width, .height = height}};
  // Changed between setjmp and a jump back: must not be kept in a register.
  png_structp volatile png = NULL;
  png_infop volatile info = NULL;
  if (!setjmp(file.entry)) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &file, fail, overlook);
    if (png) info = png_create_info_struct(png);
    if (info) {
      png_set_read_fn(png, &file, take);
      decode(png, info, &file, pixels, target, stride);
    } else {
      file.result.outcome = ffPNGDamaged;
      strcpy(file.result.message, "out of memory");
    }
  }
  png_structp made = png;
  png_infop madeInfo = info;
  png_destroy_read_struct(&made, &madeInfo, NULL);
  return file.result;
}
