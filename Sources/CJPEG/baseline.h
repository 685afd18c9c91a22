// A decoder for the entropy-coded data of most JPEG files (baseline, Huffman, one scan of all components), and the
// inverse DCTs after it: about twice as fast as libjpeg-turbo's, with bit-identical samples. libjpeg reads the headers,
// and decodes all other files.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "frame_jpeg.h"

enum {
  /// Bits of a code per table look-up.
  ffPeekBits = 10,
  ffMostComponents = 3,
  /// Positions after the 64 of a block.
  ffNowhere = 64, ffBlockEnd = 128, ffPositions = 256,
  /// Most blocks of an MCU (ITU-T T.81, B.2.3), and bytes of one: up to 64 symbols of up to 31 bits.
  ffMostBlocks = 10,
  ffMCUBytes = ffMostBlocks * 256,
  /// Bytes of the buffer of entropy-coded data without stuffing.
  ffChunk = 16384,
  /// Most bytes that belong to no block: webcams leave a few before restart markers, and pad the data before the end to
  /// a multiple of up to 2 KiB. More of them count as damage.
  ffMostSpare = 64, ffMostPadding = 2048,
};

/// Whether an AC symbol ends the block: each symbol without bits except 15 zeros, as in libjpeg. Encoders write only 0.
static inline int ff_is_block_end(uint8_t symbol) { return (symbol & 15) == 0 && symbol != 0xF0; }

/// The AC coefficients of a block in the next `ffPeekBits` bits: one, or two where both are complete. Positions are
/// relative to the next one in the file's order.
typedef struct {
  /// Bits of the coefficients; 0 when not even one is complete.
  uint8_t bits;
  /// Positions of the two; a missing one has the position `ffNowhere` and the value 0.
  uint8_t first, second;
  /// Distance to the next position; an end of the block adds `ffBlockEnd`.
  uint8_t advance;
  int16_t firstValue, secondValue;
} ff_huffman_pair;

/// A Huffman table, DC or AC.
typedef struct {
  /// For AC only.
  ff_huffman_pair pairs[1 << ffPeekBits];
  /// Indexed by the next `ffPeekBits` bits: `total | length << 8 | size << 16 | run << 24`, where `total` is the bits
  /// of the code and of the value after it, and `run` is `ffBlockEnd` for the end of a block. 0 for longer codes.
  uint32_t look[1 << ffPeekBits];
  /// Codes of `length` bits are less than `limit`, both aligned at the left of 16 bits.
  uint32_t limit[18];
  int32_t offset[17];
  uint8_t symbols[256];
  /// The definition from which the table was built.
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
  /// In the file's order.
  uint16_t quant[ffPositions];
  /// DC of the previous block.
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
  /// The `ff_jpeg_oddity` flags found so far.
  unsigned oddities;

  /// The rest of the file, and the marker that ends the data (NULL until it is found).
  const uint8_t *source, *sourceEnd, *marker;
  /// Whether the marker that ends the image is in another part.
  int isPart;
  /// A buffer of bits, aligned left; the number of valid ones; and the bytes after them.
  uint64_t window;
  unsigned windowBits;
  const uint8_t *at, *end;
  uint8_t chunk[ffChunk + ffMCUBytes + 128];
  ff_huffman tables[8];
} ff_baseline;

/// Rows of planes with the same width.
typedef struct {
  const uint8_t *luma, *blue, *red;
} ff_samples;

typedef enum { ffBaselineMore, ffBaselineDone, ffBaselineDamaged, ffBaselineCutOff } ff_baseline_result;

typedef struct {
  const char *name;
  /// Decodes one row of MCUs.
  ff_baseline_result (*row)(ff_baseline *state, uint8_t *const *planes, const size_t *strides);
  /// Returns the offset of the next marker except stuffed zeros and fill, or `count`.
  size_t (*nextMarker)(const uint8_t *bytes, size_t from, size_t count);
  /// Doubles a row of chroma along x; mixes the row `far` into it unless that is NULL.
  void (*enlarge)(const uint8_t *near, const uint8_t *far, int count, uint16_t *sums, uint8_t *out);
  /// Converts to RGB, BGR or RGBA. Reads up to 16 samples beyond a row.
  void (*toColors)(const ff_samples *from, int width, ff_jpeg_pixels format, uint8_t *pixels);
} ff_baseline_decoder;

extern const ff_baseline_decoder ff_baseline_portable;
#if defined(__x86_64__)
extern const ff_baseline_decoder ff_baseline_avx2;
#endif

/// Whether bytes that belong to no block are of the kind that cameras leave: few, or padding of one value.
/// - Parameters:
///   - end: the end of the bytes, including fill.
///   - isAtHand: whether `count` bytes before `end` are in memory.
static inline int ff_is_spare(const uint8_t *end, ptrdiff_t count, int isAtHand) {
  if (count <= ffMostSpare) return 1;
  if (count > ffMostPadding || !isAtHand) return 0;
  const uint8_t *const start = end - count;
  while (end > start && end[-1] == 0xFF) end--;
  for (const uint8_t *at = start; at < end; at++)
    if (*at != *start) return 0;
  return 1;
}

/// Builds a table from a file's definition; keeps one that was built from the same definition.
/// - Parameters:
///   - bits: number of codes of each length, from [1] on.
/// - Returns: 0 for codes that are invalid.
int ff_huffman_make(ff_huffman *table, const uint8_t bits[17], const uint8_t symbols[256], int isAC);
/// Sets the quantisers.
/// - Parameter values: in natural order.
void ff_baseline_quant(ff_baseline_component *component, const uint16_t values[64]);
/// Starts the entropy-coded data.
void ff_baseline_begin(ff_baseline *state, const uint8_t *data, size_t count);
