// Pages of TIFF files in memory as 8-bit samples, through libtiff. C, because libtiff's fields and its errors are
// variable argument lists.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ff_tiff ff_tiff;

enum { ffTIFFMessage = 240 };

typedef struct {
  uint32_t width, height;
  /// One sample a pixel; else red, green and blue.
  int isGray;
} ff_tiff_info;

/// Opens one page. Nothing as large as its pixels is taken yet.
/// - bytes, count: the whole file, which must stay until the page is closed.
/// - directory: where the page's directory lies in the file; 0 for the first.
/// - mostMemory: that libtiff may take at a time.
/// - message: says what is wrong when NULL is returned.
ff_tiff *ff_tiff_open(const uint8_t *bytes, size_t count, uint64_t directory, size_t mostMemory, ff_tiff_info *info,
                      char message[ffTIFFMessage]);

/// Decodes the page as it is stored: the orientation is not obeyed, alpha and other samples are dropped, of more than 8
/// bits the high ones are taken, fewer are spread over 0 to 255; where 0 is white it is turned round.
/// - target: `width * height` samples, or three times as many.
/// - Returns: 0, or -1 with the message.
int ff_tiff_read(ff_tiff *page, uint8_t *target, char message[ffTIFFMessage]);

void ff_tiff_close(ff_tiff *page);
