// libjpeg-turbo's own interface behind calls that return instead of jumping: what TurboJPEG's wrapper does not
// offer is chroma kept at its full resolution under a reduced luma, restart markers, and files put together of
// parts. Strict: whatever libjpeg would paint over (data cut off, damaged entropy codes) is an error. What is only an
// odd way to write a picture is told beside it. No file is decoded with what an earlier one said.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ff_jpeg_decoder ff_jpeg_decoder;
typedef struct ff_jpeg_encoder ff_jpeg_encoder;

/// The version of libjpeg-turbo this was built with.
const char *ff_jpeg_version(void);

/// A file may come in several parts that lie apart in memory.
typedef struct {
  const uint8_t *bytes;
  size_t count;
} ff_jpeg_part;

/// One component as it will be decoded at the reduction that was asked for.
typedef struct {
  /// Samples that belong to the image.
  int width, height;
  /// Samples that are written: whole blocks.
  int paddedWidth, paddedHeight;
  /// Image pixels that one sample stands for.
  int spacingX, spacingY;
  /// Rows that are decoded at a time.
  int rowsPerMCU;
} ff_jpeg_plane;

typedef enum { ffJPEGGray, ffJPEGYCC, ffJPEGRGB, ffJPEGCMYK, ffJPEGOther } ff_jpeg_colors;

typedef struct {
  int width, height;
  ff_jpeg_colors colors;
  /// 1 for gray, else 3, and then the last two planes have one geometry; 0 when the file cannot be decoded to
  /// planes.
  int planeCount;
  ff_jpeg_plane planes[3];
  /// Luma rows that are decoded at a time, px of the image.
  int rowsPerMCU;
  /// MCUs between restart markers; 0 for none.
  unsigned restartInterval;
  int MCUsPerRow;
  int isProgressive;
} ff_jpeg_info;

/// What decodes the entropy-coded data of files that are baseline, Huffman-coded and of one scan. All others are
/// libjpeg's; samples are the same either way.
typedef enum {
  /// The fastest that this processor runs.
  ffJPEGFastest,
  /// libjpeg alone, whole files at once: as fast as it gets, but it then passes over some codes that cannot be. To
  /// measure and compare with.
  ffJPEGLibrary,
  ffJPEGPortable,
} ff_jpeg_engine;

/// NULL when memory is short.
ff_jpeg_decoder *ff_jpeg_decoder_new(ff_jpeg_engine engine);
void ff_jpeg_decoder_free(ff_jpeg_decoder *decoder);
/// How many scans a file may have; 64 unless told. One more is an error, as soon as it begins.
void ff_jpeg_decoder_limit_scans(ff_jpeg_decoder *decoder, int mostScans);
/// Why the last call failed.
const char *ff_jpeg_decoder_message(const ff_jpeg_decoder *decoder);
/// Whether it failed as this libjpeg cannot read such files (12 bits, lossless), though they may be whole.
int ff_jpeg_decoder_isUnsupported(const ff_jpeg_decoder *decoder);

/// Ways to write a file that cost no sample, but that the format does not have. A file may have several.
typedef enum {
  /// Bytes behind the end-of-image marker.
  ffJPEGTrailing = 1 << 0,
  /// Bytes between segments that belong to none.
  ffJPEGStray = 1 << 1,
  /// Bytes before a restart marker or the end that no block needs.
  ffJPEGSpare = 1 << 2,
  /// A sequential scan that says it is not of all coefficients, or of some of their bits.
  ffJPEGScanParameters = 1 << 3,
  ffJPEGJFIFRevision = 1 << 4,
  /// An Adobe marker with an unknown transform.
  ffJPEGAdobe = 1 << 5,
  /// Everything is there but the end-of-image marker.
  ffJPEGNoEnd = 1 << 6,
  /// No Huffman tables: the standard ones are meant.
  ffJPEGNoTables = 1 << 7,
  /// Four inks, converted to three colours.
  ffJPEGOddCMYK = 1 << 8,
} ff_jpeg_oddity;

/// What the file that was opened last has of `ff_jpeg_oddity`, as far as it was read.
unsigned ff_jpeg_decoder_oddities(const ff_jpeg_decoder *decoder);
/// Adds what was found in other parts of the same file.
void ff_jpeg_decoder_add_oddities(ff_jpeg_decoder *decoder, unsigned oddities);
/// Whether the files that are opened from now on are decoded though samples are lost, which libjpeg then paints over.
/// To be set after a decode that failed, and unset behind the second one.
void ff_jpeg_decoder_keep_damaged(ff_jpeg_decoder *decoder, int keeps);
/// What was wrong with a file that was decoded all the same; NULL for a good one.
const char *ff_jpeg_decoder_damage(const ff_jpeg_decoder *decoder);

/// Reads the header and stays there: one of the two decodes may follow.
/// - Parameters:
///   - parts: valid until the decode is done.
///   - firstRestart: the number (0...7) that the file's first restart marker carries.
///   - reduction: 1, 2, 4 or 8: the side of the pixel square that one luma sample stands for.
///   - fast: planes of chroma are not decoded finer than luma; libjpeg takes its less accurate DCT.
/// - Returns: 0, or -1 with a message.
int ff_jpeg_decoder_open(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount, int firstRestart,
                         int reduction, int fast, ff_jpeg_info *info);
/// Begins to decode planes.
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

/// Where the next marker begins in entropy-coded data, stuffed zeros and fill apart; `count` where there is none.
size_t ff_jpeg_next_marker(const uint8_t *bytes, size_t from, size_t count);

typedef enum { ffJPEGPixelsGray, ffJPEGPixelsRGB, ffJPEGPixelsBGR, ffJPEGPixelsRGBA } ff_jpeg_pixels;

/// Decodes to interleaved pixels, the same as libjpeg's: made of the engine's planes where it has them and chroma is
/// whole or halved, else by libjpeg once the engine has judged the data. Four inks become colours.
int ff_jpeg_decode_pixels(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format);

typedef struct {
  int width, height;
  size_t stride;
  ff_jpeg_pixels format;
  /// 1...100.
  int quality;
  /// Chroma is halved along x, along y.
  int halvesX, halvesY;
  /// Keeps no colour.
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
