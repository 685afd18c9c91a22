// libjpeg-turbo's own interface behind calls that return instead of jumping. TurboJPEG's wrapper lacks full-resolution
// chroma with reduced luma, restart markers, and files that consist of several parts. Strict: whatever libjpeg would
// conceal (truncated data, damaged entropy codes) is an error. Irregularities without lost samples are reported
// separately. No file is decoded with tables of an earlier one.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ff_jpeg_decoder ff_jpeg_decoder;
typedef struct ff_jpeg_encoder ff_jpeg_encoder;

/// The version of libjpeg-turbo this was built with.
const char *ff_jpeg_version(void);

/// A file may consist of several parts at different addresses.
typedef struct {
  const uint8_t *bytes;
  size_t count;
} ff_jpeg_part;

/// One component as it is decoded at the requested reduction.
typedef struct {
  /// Samples that belong to the image.
  int width, height;
  /// Samples that are written: whole blocks.
  int paddedWidth, paddedHeight;
  /// Image pixels per sample.
  int spacingX, spacingY;
  /// Rows that are decoded together.
  int rowsPerMCU;
} ff_jpeg_plane;

typedef enum { ffJPEGGray, ffJPEGYCC, ffJPEGRGB, ffJPEGCMYK, ffJPEGOther } ff_jpeg_colors;

typedef struct {
  int width, height;
  ff_jpeg_colors colors;
  /// 1 for gray; else 3, with the same geometry for the last two planes; 0 when the file cannot be decoded to planes.
  int planeCount;
  ff_jpeg_plane planes[3];
  /// Luma rows that are decoded together, px of the image.
  int rowsPerMCU;
  /// MCUs between restart markers; 0 for none.
  unsigned restartInterval;
  int MCUsPerRow;
  int isProgressive;
} ff_jpeg_info;

/// The decoder of entropy-coded data of baseline, Huffman-coded files with one scan. libjpeg decodes all others;
/// samples are the same either way.
typedef enum {
  /// The fastest that this processor runs.
  ffJPEGFastest,
  /// libjpeg alone, with whole files at once: its fastest use, which ignores some invalid codes. For measurement and
  /// comparison.
  ffJPEGLibrary,
  ffJPEGPortable,
} ff_jpeg_engine;

/// NULL when memory is short.
ff_jpeg_decoder *ff_jpeg_decoder_new(ff_jpeg_engine engine);
void ff_jpeg_decoder_free(ff_jpeg_decoder *decoder);
/// Sets the most scans of a file, 64 by default. One more is an error as soon as it starts.
void ff_jpeg_decoder_limit_scans(ff_jpeg_decoder *decoder, int mostScans);
/// Why the last call failed.
const char *ff_jpeg_decoder_message(const ff_jpeg_decoder *decoder);
/// Whether it failed because this libjpeg does not support the kind of file (12 bits, lossless), which may be intact.
int ff_jpeg_decoder_isUnsupported(const ff_jpeg_decoder *decoder);

/// Deviations of a file from the format that cost no samples. A file may have several.
typedef enum {
  /// Bytes after the end-of-image marker.
  ffJPEGTrailing = 1 << 0,
  /// Bytes between segments that belong to none.
  ffJPEGStray = 1 << 1,
  /// Bytes before a restart marker or the end that belong to no block.
  ffJPEGSpare = 1 << 2,
  /// A sequential scan whose header does not state all coefficients, or all of their bits.
  ffJPEGScanParameters = 1 << 3,
  ffJPEGJFIFRevision = 1 << 4,
  /// An Adobe marker with an unknown transform.
  ffJPEGAdobe = 1 << 5,
  /// Complete except for the end-of-image marker.
  ffJPEGNoEnd = 1 << 6,
  /// No Huffman tables: the standard ones apply.
  ffJPEGNoTables = 1 << 7,
  /// Four inks (CMYK), converted to three colours.
  ffJPEGOddCMYK = 1 << 8,
} ff_jpeg_oddity;

/// Returns the `ff_jpeg_oddity` flags of the file that was opened last, as far as it was read.
unsigned ff_jpeg_decoder_oddities(const ff_jpeg_decoder *decoder);
/// Adds flags found in other parts of the same file.
void ff_jpeg_decoder_add_oddities(ff_jpeg_decoder *decoder, unsigned oddities);
/// Sets whether files opened from now on are decoded despite lost samples, which libjpeg then conceals. Set it after a
/// decode that failed, and reset it after the second one.
void ff_jpeg_decoder_keep_damaged(ff_jpeg_decoder *decoder, int keeps);
/// Returns what was wrong with a file that was decoded despite damage; NULL for a good one.
const char *ff_jpeg_decoder_damage(const ff_jpeg_decoder *decoder);

/// Reads the header. One of the two decodes may follow.
/// - Parameters:
///   - parts: must stay valid until the decode is done.
///   - firstRestart: the number (0...7) of the file's first restart marker.
///   - reduction: 1, 2, 4 or 8: the side of the pixel square per luma sample.
///   - fast: decodes planes of chroma no finer than luma, with libjpeg's less accurate DCT.
/// - Returns: 0, or -1 with a message.
int ff_jpeg_decoder_open(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount, int firstRestart,
                         int reduction, int fast, ff_jpeg_info *info);
/// Starts decoding planes.
/// - Parameters:
///   - planeCount: 1 leaves chroma out; else `planeCount` of the info.
int ff_jpeg_planes_begin(ff_jpeg_decoder *decoder, int planeCount);
/// Decodes the next row of MCUs: `paddedWidth` samples of `rowsPerMCU` rows of each plane. After the last one
/// the file is checked to its end.
/// - Parameters:
///   - planes: the first of these rows.
///   - strides: bytes from row to row, at least `paddedWidth`.
/// - Returns: 1 when more follow, 0 after the last, -1 with a message.
int ff_jpeg_planes_read(ff_jpeg_decoder *decoder, uint8_t *const *planes, const size_t *strides);

/// Returns the offset of the next marker in entropy-coded data except stuffed zeros and fill; `count` where there is
/// none.
size_t ff_jpeg_next_marker(const uint8_t *bytes, size_t from, size_t count);

typedef enum { ffJPEGPixelsGray, ffJPEGPixelsRGB, ffJPEGPixelsBGR, ffJPEGPixelsRGBA } ff_jpeg_pixels;

/// Decodes to interleaved pixels, identical to libjpeg's: computed from the engine's planes where it supports the file
/// and chroma is whole or halved, else by libjpeg after the engine has checked the data. CMYK becomes colours.
int ff_jpeg_decode_pixels(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format);

typedef struct {
  int width, height;
  size_t stride;
  ff_jpeg_pixels format;
  /// 1...100.
  int quality;
  /// Whether chroma is halved along x, along y.
  int halvesX, halvesY;
  /// Whether colour is dropped.
  int isGray;
  /// MCU rows between restart markers; 0 for none.
  int restartRows;
} ff_jpeg_settings;

ff_jpeg_encoder *ff_jpeg_encoder_new(void);
void ff_jpeg_encoder_free(ff_jpeg_encoder *encoder);
const char *ff_jpeg_encoder_message(const ff_jpeg_encoder *encoder);
/// Writes a baseline file.
/// - Returns: its bytes, or -1 with a message (also when `capacity` is too small).
long ff_jpeg_encode(ff_jpeg_encoder *encoder, const uint8_t *pixels, const ff_jpeg_settings *settings,
                    uint8_t *file, size_t capacity);
