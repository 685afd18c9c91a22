#include "page.h"

#include <stdlib.h>
#include <string.h>

/// One strip or tile, and its position.
typedef struct {
  const uint8_t *bytes;
  size_t rowBytes;
  uint32_t x, y, columns, rows;
  /// Its samples per pixel, and the index of the first one among the page's samples.
  int samples, plane;
} block;

typedef struct {
  int channels, isWhiteZero;
  /// Colours of the palette's indices.
  const uint16_t *colors[3];
  /// 0 for palettes of 8-bit values, which some programs write; else 8.
  int colorShift;
} meaning;

/// Returns the n-th sample of a row, with its bits unchanged.
static inline unsigned stored(const uint8_t *row, size_t n, int bits) {
  if (bits == 8) return row[n];
  if (bits == 16) return ((const uint16_t *)(const void *)row)[n];
  unsigned value = 0;
  for (size_t bit = n * (size_t)bits, end = bit + (size_t)bits; bit < end; bit++)
    value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
  return value;
}

static inline uint8_t eightBits(unsigned value, int bits) {
  if (bits == 8) return (uint8_t)value;
  return (uint8_t)(bits > 8 ? value >> (bits - 8) : value * 255 / ((1u << bits) - 1));
}

static void write(const ff_tiff *page, const block *block, const meaning *meaning, uint8_t *target) {
  int bits = page->bits, isPalette = meaning->colors[0] != NULL;
  // Only this block's own channel where planes are separate.
  int first = block->plane, last = block->samples > 1 || isPalette ? meaning->channels : block->plane + 1;
  for (uint32_t y = 0; y < block->rows; y++) {
    const uint8_t *row = block->bytes + y * block->rowBytes;
    uint8_t *to = target + ((size_t)(block->y + y) * page->width + block->x) * (size_t)meaning->channels;
    if (bits == 8 && !isPalette && !meaning->isWhiteZero && block->samples == meaning->channels) {
      memcpy(to, row, (size_t)block->columns * (size_t)block->samples);
      continue;
    }
    for (uint32_t x = 0; x < block->columns; x++, to += meaning->channels) {
      size_t pixel = (size_t)x * (size_t)block->samples;
      if (isPalette) {
        unsigned index = stored(row, pixel, bits);
        for (int c = 0; c < 3; c++) to[c] = (uint8_t)(meaning->colors[c][index] >> meaning->colorShift);
        continue;
      }
      for (int c = first; c < last; c++) {
        uint8_t sample = eightBits(stored(row, pixel + (size_t)(c - first), bits), bits);
        to[c] = meaning->isWhiteZero ? 255 - sample : sample;
      }
    }
  }
}

static meaning understood(ff_tiff *page) {
  meaning found = {.channels = page->photometric == PHOTOMETRIC_MINISBLACK || page->photometric == PHOTOMETRIC_MINISWHITE ? 1 : 3,
                   .isWhiteZero = page->photometric == PHOTOMETRIC_MINISWHITE};
  if (page->photometric != PHOTOMETRIC_PALETTE) return found;
  uint16_t *colors[3] = {NULL, NULL, NULL};
  TIFFGetField(page->file, TIFFTAG_COLORMAP, &colors[0], &colors[1], &colors[2]);
  for (int c = 0; c < 3; c++) {
    found.colors[c] = colors[c];
    for (int i = 0; colors[c] && i < 1 << page->bits; i++)
      if (colors[c][i] > 255) found.colorShift = 8;
  }
  return found;
}

int ff_tiff_unpack(ff_tiff *page, uint8_t *target) {
  TIFF *file = page->file;
  int isTiled = TIFFIsTiled(file), isSeparate = page->planar == PLANARCONFIG_SEPARATE && page->samples > 1;
  meaning meaning = understood(page);
  uint32_t blockWidth = page->width, blockHeight = page->height;
  if (isTiled) {
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &blockWidth);
    TIFFGetField(file, TIFFTAG_TILELENGTH, &blockHeight);
  } else {
    TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &blockHeight);
    if (blockHeight > page->height) blockHeight = page->height;
  }
  block block = {.samples = isSeparate ? 1 : page->samples};
  uint64_t rowBytes = ((uint64_t)blockWidth * (uint64_t)block.samples * page->bits + 7) / 8;
  uint64_t size = isTiled ? TIFFTileSize64(file) : TIFFStripSize64(file);
  // A page needs no more than a few times its pixels; a small page may still have tiles of some kilobytes.
  uint64_t most = 32 * (uint64_t)page->width * page->height + (16 << 20);
  if (!blockWidth || !blockHeight || !size || size > most || rowBytes * blockHeight > size) {
    ff_tiff_note(page, "its %s of %ux%u do not fit its size", isTiled ? "tiles" : "strips", blockWidth, blockHeight);
    return 0;
  }
  // Zeros, because decoders of damaged data may leave rows unwritten.
  uint8_t *bytes = calloc(1, (size_t)size);
  if (!bytes) return 0;
  block.bytes = bytes;
  block.rowBytes = (size_t)rowBytes;
  int isRead = 1;
  for (int plane = 0; isRead && plane < (isSeparate && !meaning.colors[0] ? meaning.channels : 1); plane++)
    for (uint64_t y = 0; isRead && y < page->height; y += blockHeight)
      for (uint64_t x = 0; isRead && x < page->width; x += blockWidth) {
        block.plane = plane;
        block.x = (uint32_t)x;
        block.y = (uint32_t)y;
        block.columns = page->width - block.x < blockWidth ? page->width - block.x : blockWidth;
        block.rows = page->height - block.y < blockHeight ? page->height - block.y : blockHeight;
        tmsize_t wanted = (tmsize_t)(rowBytes * (isTiled ? blockHeight : block.rows));
        tmsize_t got = isTiled ? TIFFReadEncodedTile(file, TIFFComputeTile(file, block.x, block.y, 0, (uint16_t)plane),
                                                     bytes, (tmsize_t)size)
                               : TIFFReadEncodedStrip(file, TIFFComputeStrip(file, block.y, (uint16_t)plane), bytes,
                                                      wanted);
        isRead = got >= wanted;
        if (isRead) write(page, &block, &meaning, target);
      }
  free(bytes);
  return isRead;
}

int ff_tiff_convert(ff_tiff *page, uint8_t *target) {
  char reason[1024] = "";
  TIFFRGBAImage image;
  uint64_t size = TIFFIsTiled(page->file) ? TIFFTileSize64(page->file) : TIFFStripSize64(page->file);
  size_t count = (size_t)page->width * page->height;
  if (size > 32 * (uint64_t)count + (16 << 20)) {
    ff_tiff_note(page, "its tiles or strips do not fit its size");
    return 0;
  }
  if (!TIFFRGBAImageBegin(&image, page->file, 1, reason)) {
    ff_tiff_note(page, "%s", reason);
    return 0;
  }
  // Keeps the stored orientation.
  image.req_orientation = image.orientation;
  uint32_t *pixels = calloc(count, sizeof *pixels);
  int isRead = pixels && TIFFRGBAImageGet(&image, pixels, page->width, page->height);
  for (size_t at = 0; isRead && at < count; at++, target += 3) {
    target[0] = TIFFGetR(pixels[at]);
    target[1] = TIFFGetG(pixels[at]);
    target[2] = TIFFGetB(pixels[at]);
  }
  free(pixels);
  TIFFRGBAImageEnd(&image);
  return isRead;
}
