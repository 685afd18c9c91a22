// Pages of TIFF files in memory as 8-bit samples, through libtiff. C, because libtiff's fields and its errors are
// variable argument lists.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ff_tiff ff_tiff;

enum { ffTIFFMessage = 240 };

typedef struct {
  uint32_t width, height;
  /// Whether there is one sample per pixel; else red, green and blue.
  int isGray;
} ff_tiff_info;

/// Opens one page. Allocates nothing of the size of its pixels yet.
/// - bytes, count: the whole file, which must stay valid until the page is closed.
/// - directory: offset of the page's directory in the file; 0 for the first.
/// - mostMemory: most bytes that libtiff may allocate at a time.
/// - message: the error when NULL is returned.
ff_tiff *ff_tiff_open(const uint8_t *bytes, size_t count, uint64_t directory, size_t mostMemory, ff_tiff_info *info,
                      char message[ffTIFFMessage]);

/// Decodes the page as it is stored: orientation is ignored, alpha and other samples are dropped, the high 8 bits of
/// larger samples are used, smaller samples are scaled to 0 to 255; samples are inverted where 0 is white.
/// - target: `width * height` samples, or three times as many.
/// - Returns: 0, or -1 with the message.
int ff_tiff_read(ff_tiff *page, uint8_t *target, char message[ffTIFFMessage]);

void ff_tiff_close(ff_tiff *page);
