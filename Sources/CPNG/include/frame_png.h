// libpng's classic reading interface behind one call that returns instead of jumping. libpng's simplified interface
// would convert colours: it treats 16 bits as linear light, applies gAMA, and blends alpha with a background.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The pixels to decode to, 8 bits per sample.
typedef enum { ffPNGGray, ffPNGRGB, ffPNGBGR, ffPNGRGBA } ff_png_pixels;

typedef enum {
  ffPNGDecoded,
  /// The file has another size, which is in the result.
  ffPNGOtherSize,
  ffPNGDamaged,
} ff_png_outcome;

typedef struct {
  ff_png_outcome outcome;
  /// The size in the file's header.
  uint32_t width, height;
  /// What is wrong with a damaged file.
  char message[200];
} ff_png_result;

/// Decodes a whole file to the samples it stores.
///
/// 16-bit samples are reduced to their high byte, samples below 8 bits are scaled to 0 to 255, palettes are resolved;
/// chunks about colour (gAMA, iCCP, sRGB, cHRM) and all others that are not needed are skipped. Alpha is dropped, and
/// the colours under it are unchanged; `ffPNGRGBA` keeps it, 255 where there is none. Colours become grey with the
/// weights of Rec. 601 (0.299, 0.587, 0.114), as in OpenCV and Pillow.
/// - bytes, count: the file.
/// - width, height: the required size; nothing of the size of a picture is allocated before it is checked.
/// - target, stride: `height` rows.
ff_png_result ff_png_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, ff_png_pixels pixels,
                            uint8_t *target, size_t stride);
