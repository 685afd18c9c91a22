// libpng's classic reading interface behind one call that returns instead of jumping. Its simplified interface would
// convert colours: it takes 16 bits as linear light, obeys gAMA, and lays alpha on a background.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What to decode to, 8 bits a sample.
typedef enum { ffPNGGray, ffPNGRGB, ffPNGBGR, ffPNGRGBA } ff_png_pixels;

typedef enum {
  ffPNGDecoded,
  /// The file has another size: it is in the result.
  ffPNGOtherSize,
  ffPNGDamaged,
} ff_png_outcome;

typedef struct {
  ff_png_outcome outcome;
  /// As the file's header says.
  uint32_t width, height;
  /// What is wrong with a damaged file.
  char message[200];
} ff_png_result;

/// Decodes a whole file into the samples it stores.
///
/// Sixteen bits become 8 by their high byte, fewer are spread over 0 to 255, palettes become their colours, chunks
/// about colour (gAMA, iCCP, sRGB, cHRM) and all others that need not be read are stepped over. Alpha is dropped, and
/// colours are left as they are under it; `ffPNGRGBA` keeps it, 255 where there is none. Colours become grey as
/// Rec. 601 weighs them (0.299, 0.587, 0.114), as in OpenCV and Pillow.
/// - bytes, count: the file.
/// - width, height: the size it must have; nothing as large as a picture is taken before this is known.
/// - target, stride: `height` rows.
ff_png_result ff_png_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, ff_png_pixels pixels,
                            uint8_t *target, size_t stride);
