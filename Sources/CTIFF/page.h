// Declarations shared by the files of this target.
#pragma once
#include "frame_tiff.h"

#include <tiffio.h>

struct ff_tiff {
  TIFF *file;
  const uint8_t *bytes;
  uint64_t count, at;
  uint32_t width, height;
  uint16_t bits, samples, planar, photometric;
  /// Whether libtiff converts the colours.
  int isConverted;
  /// Whether the decoder of its compression only warns where samples are lost: fax and JPEG.
  int warnsOfLoss;
  unsigned warnings;
  char message[ffTIFFMessage];
};

/// Stores an error, unless there was an earlier one.
__attribute__((format(printf, 2, 3))) void ff_tiff_note(ff_tiff *page, const char *format, ...);

/// Reads samples as they are stored; returns 0 when they are damaged.
int ff_tiff_unpack(ff_tiff *page, uint8_t *target);
/// Converts YCbCr and CMYK with libtiff; returns 0 when they are damaged.
int ff_tiff_convert(ff_tiff *page, uint8_t *target);
