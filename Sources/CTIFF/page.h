// What the files of this target share.
#pragma once
#include "frame_tiff.h"

#include <tiffio.h>

struct ff_tiff {
  TIFF *file;
  const uint8_t *bytes;
  uint64_t count, at;
  uint32_t width, height;
  uint16_t bits, samples, planar, photometric;
  /// libtiff makes the colours.
  int isConverted;
  /// Whether its coding is one whose decoder but warns where samples are lost: fax and JPEG.
  int warnsOfLoss;
  unsigned warnings;
  char message[ffTIFFMessage];
};

/// Keeps what is wrong, unless something was before.
__attribute__((format(printf, 2, 3))) void ff_tiff_note(ff_tiff *page, const char *format, ...);

/// Samples as they are stored; 0 when they are damaged.
int ff_tiff_unpack(ff_tiff *page, uint8_t *target);
/// Colours of what is stored otherwise (YCbCr, CMYK), as libtiff has them; 0 when they are damaged.
int ff_tiff_convert(ff_tiff *page, uint8_t *target);
