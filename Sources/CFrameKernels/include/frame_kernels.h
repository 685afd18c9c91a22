// The hot loops: rows of pixels to rows of a tensor, the gradient filter, base64.
//
// Every loop exists once for any processor and, where a processor supports more, in a faster variant. All variants give
// the same bytes (CFrameKernelsTests), so that the choice affects only speed. For the same reason floating point is
// never contracted to fused multiply-adds.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Fixed point of a blended row: pixel value << 7, so that 255 still fits 15 bits.
enum { ffRowBits = 7 };
/// Fixed point of the two weights of a resampling tap; they add up to 1 << 14.
enum { ffTapBits = 14 };
/// Fixed point of a resampled sample.
enum { ffSampleBits = ffRowBits + ffTapBits };

/// Limited range BT.601 to red, green and blue, in fixed point: `red = luma * (y - 16) + redFromV * (v - 128)`, and so
/// on. The integers of OpenCV's `COLOR_YUV2RGB_I420` (1.164, 1.596, 0.813, 0.391, 2.018), so that results match it
/// exactly.
enum {
  ffBT601Bits = 20,
  ffBT601Luma = 1220542,
  ffBT601RedFromV = 1673527,
  ffBT601GreenFromU = -409993,
  ffBT601GreenFromV = -852492,
  ffBT601BlueFromU = 2116026
};

/// How a row is resampled along x. Output `x` is `row[first[x]] * low + row[first[x] + 1] * high`. Lists are padded to
/// a multiple of 8 outputs with taps that are safe to read.
typedef struct {
  /// Number of outputs, without the padding.
  size_t count;
  const int32_t *first;
  /// `low | high << 16`.
  const int32_t *weights;
  /// Whether `first[x] == first[0] + x` with weight 0 throughout: samples are copied.
  int isCopy;
  /// Whether `first[x] == first[0] + 2 * x` with equal weights: the mean of two neighbours.
  int isHalving;
  /// For each 4 outputs the position in the row of 16 bytes that hold all their taps, or NULL when they span more.
  const int32_t *windows;
  /// 16 bytes for each window: the indices of the 4 pairs within it.
  const uint8_t *shuffles;
} ff_taps;

/// The matrix from samples of a luma and two chroma rows to red, green and blue: `red = luma * y + redFromV * v +
/// redOffset`, and so on, clamped to 0...ceiling.
typedef struct {
  float luma, redFromV, greenFromU, greenFromV, blueFromU;
  float redOffset, greenOffset, blueOffset;
  float ceiling;
} ff_matrix;

/// The normalisation of three channels: `value = sample * gain + bias`.
typedef struct {
  float gain[3], bias[3];
} ff_normalisation;

/// The type of an element in memory. `uint8` rounds to nearest, ties to even, and clamps to 0...255.
typedef enum { ffFloat32, ffFloat16, ffUInt8 } ff_element;

/// The loops of a variant. With `past`, float32 is stored past the caches, for tensors that are larger than these.
typedef struct {
  const char *name;

  /// out[i] = a[i] + (b[i] - a[i]) * weight / 32768, in row fixed point.
  void (*blend)(const uint8_t *a, const uint8_t *b, int weight, int16_t *out, size_t count);
  /// Splits interleaved samples into planes.
  void (*split3)(const uint8_t *packed, uint8_t *a, uint8_t *b, uint8_t *c, size_t pixels);
  /// The same with a fourth channel, which is dropped.
  void (*split4)(const uint8_t *packed, uint8_t *a, uint8_t *b, uint8_t *c, size_t pixels);
  /// Converts a row of 4:2:0 to planes of red, green and blue: limited range BT.601 (``ffBT601Luma``), nearest chroma
  /// sample.
  void (*i420)(const uint8_t *y, const uint8_t *u, const uint8_t *v, uint8_t *r, uint8_t *g, uint8_t *b,
               size_t pixels);
  /// `out` has room for `taps->count` rounded up to a multiple of 8.
  void (*resample)(const int16_t *row, const ff_taps *taps, float *out);

  /// `blend` and `resample` of interleaved pixels in one step, for rows that shrink: reads only the samples that
  /// outputs need.
  /// - Parameters:
  ///   - pixelBytes: 3, or 4 with one that is dropped.
  ///   - safe: number of first outputs whose taps may read 8 bytes.
  ///   - ahead: bytes from these rows to the next ones, which are prefetched.
  void (*pick)(const uint8_t *upper, const uint8_t *lower, int weight, size_t pixelBytes, const ff_taps *taps,
               size_t safe, size_t ahead, float *a, float *b, float *c);

  /// rgb[0] = 0.299 r + 0.587 g + 0.114 b.
  void (*gray)(float *r, const float *g, const float *b, size_t count);
  /// out[i] = row[i] * gain + bias.
  void (*emit)(const float *row, float gain, float bias, void *out, ff_element type, int past, size_t count);
  /// The same for bytes.
  void (*emitBytes)(const uint8_t *row, float gain, float bias, void *out, ff_element type, int past,
                    size_t count);
  /// Converts planes of luma and chroma with the matrix and normalises them to three planes of the tensor.
  void (*emitColor)(
    const float *y, const float *u, const float *v, const ff_matrix *matrix, const ff_normalisation *norm,
    void *r, void *g, void *b, ff_element type, int past, size_t count);
  /// Interleaves the elements of three planes.
  void (*interleave3)(
    const void *a, const void *b, const void *c, void *out, ff_element type, size_t count);

  /// sums[i] += row[i] * weight.
  void (*accumulate)(const uint8_t *row, int32_t weight, int32_t *sums, size_t count);

  // MARK: the gradient filter, modulo 256

  /// row[i] -= other[i].
  void (*subtract)(uint8_t *row, const uint8_t *other, size_t count);
  /// out[x] = row[x] - row[x - 1] - above[x] + above[x - 1]; 0 outside the row, and for `above` when it is NULL.
  void (*residual)(const uint8_t *row, const uint8_t *above, uint8_t *out, size_t count);
  /// The inverse, in place.
  void (*integrate)(uint8_t *row, const uint8_t *above, size_t count);
  /// Writes interleaved pixels of a + green, green, b + green.
  void (*mergeGreen)(const uint8_t *a, const uint8_t *green, const uint8_t *b, uint8_t *out, size_t pixels);

  // MARK: base64, RFC 4648

  /// Encodes whole groups of 3 bytes to 4 characters each.
  void (*base64Encode)(const uint8_t *bytes, size_t groups, char *text);
  /// Decodes whole groups of 4 characters to 3 bytes each.
  /// - Returns: number of groups before the first one with an invalid character.
  size_t (*base64Decode)(const char *text, size_t groups, uint8_t *bytes);
} ff_kernels;

/// Returns the number of variants that this processor can run, at least 1. The fastest is the last.
size_t ff_variant_count(void);
/// - Parameter index: 0 for the portable variant.
const ff_kernels *ff_variant(size_t index);
/// Returns the fastest variant.
const ff_kernels *ff_best(void);

#ifdef __cplusplus
}
#endif
