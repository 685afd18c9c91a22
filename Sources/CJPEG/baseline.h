// A decoder for the entropy-coded data of most JPEG files (baseline, Huffman, one scan of all components), and
// the inverse DCTs behind it: about twice as fast as libjpeg-turbo's, with the same samples to the last bit.
// Headers stay with libjpeg, and so do all other files.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "frame_jpeg.h"

enum {
  /// Bits of a code that are looked up at once.
  ffPeekBits = 10,
  ffMostComponents = 3,
  /// Positions beyond the 64 of a block.
  ffNowhere = 64, ffBlockEnd = 128, ffPositions = 256,
  /// Blocks of an MCU at most (ITU-T T.81, B.2.3), and bytes that one can take: 64 symbols of up to 31 bits.
  ffMostBlocks = 10,
  ffMCUBytes = ffMostBlocks * 256,
  /// Bytes of entropy-coded data without stuffing that are kept at hand.
  ffChunk = 16384,
  /// Bytes that no block needs: webcams leave a few before restart markers, and pad to blocks of up to 2 KiB what comes
  /// before the end. With more, data is taken for damaged.
  ffMostSpare = 64, ffMostPadding = 2048,
};

/// Whether an AC symbol ends the block: each of no bits but 15 zeros, as libjpeg takes them. Only 0 is written.
static inline int ff_is_block_end(uint8_t symbol) { return (symbol & 15) == 0 && symbol != 0xF0; }

/// What the next `ffPeekBits` bits hold of a block's AC coefficients: one, or two where both are there in full.
/// Positions count from the one that is next in the file's order.
typedef struct {
  /// Bits of it all; 0 when not even one coefficient is there in full.
  uint8_t bits;
  /// Where the two go; one that is not there goes to `ffNowhere` with a value of 0.
  uint8_t first, second;
  /// To what is next then; an end of the block adds `ffBlockEnd`.
  uint8_t advance;
  int16_t firstValue, secondValue;
} ff_huffman_pair;

/// A Huffman table, DC or AC.
typedef struct {
  /// Of AC alone.
  ff_huffman_pair pairs[1 << ffPeekBits];
  /// By the next `ffPeekBits` bits: `total | length << 8 | size << 16 | run << 24`, where `total` is the bits of
  /// the code and of the value behind it, and `run` is `ffBlockEnd` for the end of a block. 0 for longer codes.
  uint32_t look[1 << ffPeekBits];
  /// Codes of `length` bits are less than `limit`, both aligned at the left of 16 bits.
  uint32_t limit[18];
  int32_t offset[17];
  uint8_t symbols[256];
  /// What it was made of.
  uint8_t bits[17];
  int isAC, isMade;
} ff_huffman;

/// Order of coefficients in a file (ITU-T T.81, figure 5); positions beyond a block are all `ffNowhere`.
extern const uint8_t ff_natural[ffPositions];

typedef struct {
  /// Blocks of an MCU, and samples along each side of a decoded block: 1, 2, 4 or 8.
  int h, v, scaled;
  /// Whether samples are wanted.
  int isNeeded;
  const ff_huffman *dc, *ac;
  /// In the order of the file.
  uint16_t quant[ffPositions];
  /// DC of the block before.
  int last;
} ff_baseline_component;

typedef struct {
  ff_baseline_component components[ffMostComponents];
  int count;
  int MCUsPerRow, MCURows;
  /// MCUs between restart markers, or 0; those left of this interval.
  unsigned restartInterval, restartsLeft;
  /// The number of the next restart marker.
  int nextRestart;
  int row;
  /// `ff_jpeg_oddity`, as far as met.
  unsigned oddities;

  /// Of the file: what is left, and where data ends in a marker (NULL until that is met).
  const uint8_t *source, *sourceEnd, *marker;
  /// Whether the marker that ends the image lies elsewhere.
  int isPart;
  /// Bits at the left, how many of them count, and the bytes behind them.
  uint64_t window;
  unsigned windowBits;
  const uint8_t *at, *end;
  uint8_t chunk[ffChunk + ffMCUBytes + 128];
  ff_huffman tables[8];
} ff_baseline;

/// Rows of planes that are equally wide.
typedef struct {
  const uint8_t *luma, *blue, *red;
} ff_samples;

typedef enum { ffBaselineMore, ffBaselineDone, ffBaselineDamaged, ffBaselineCutOff } ff_baseline_result;

typedef struct {
  const char *name;
  /// Decodes one row of MCUs.
  ff_baseline_result (*row)(ff_baseline *state, uint8_t *const *planes, const size_t *strides);
  /// The first byte of the next marker, stuffed zeros and fill apart, or `count`.
  size_t (*nextMarker)(const uint8_t *bytes, size_t from, size_t count);
  /// Doubles a row of chroma along x; mixes the row `far` into it unless that is NULL.
  void (*enlarge)(const uint8_t *near, const uint8_t *far, int count, uint16_t *sums, uint8_t *out);
  /// Makes RGB, BGR or RGBA. Loads go up to 16 samples beyond a row.
  void (*toColors)(const ff_samples *from, int width, ff_jpeg_pixels format, uint8_t *pixels);
} ff_baseline_decoder;

extern const ff_baseline_decoder ff_baseline_portable;
#if defined(__x86_64__)
extern const ff_baseline_decoder ff_baseline_avx2;
#endif

/// Whether bytes that no block needs are such as cameras leave: few, or padding of one value.
/// - Parameters:
///   - end: behind the last one, fill included.
///   - isAtHand: whether as many bytes lie before `end`.
static inline int ff_is_spare(const uint8_t *end, ptrdiff_t count, int isAtHand) {
  if (count <= ffMostSpare) return 1;
  if (count > ffMostPadding || !isAtHand) return 0;
  const uint8_t *const start = end - count;
  while (end > start && end[-1] == 0xFF) end--;
  for (const uint8_t *at = start; at < end; at++)
    if (*at != *start) return 0;
  return 1;
}

/// Makes a table of what a file defines; one that is made of the same is kept.
/// - Parameters:
///   - bits: how many codes of each length, from [1] on.
/// - Returns: 0 for codes that no table can have.
int ff_huffman_make(ff_huffman *table, const uint8_t bits[17], const uint8_t symbols[256], int isAC);
/// Takes over quantisers.
/// - Parameter values: in natural order.
void ff_baseline_quant(ff_baseline_component *component, const uint16_t values[64]);
/// Begins with entropy-coded data.
void ff_baseline_begin(ff_baseline *state, const uint8_t *data, size_t count);
