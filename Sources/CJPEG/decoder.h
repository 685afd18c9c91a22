// What the files of the decoder share.
#pragma once
#include "baseline.h"
#include "failure.h"
#include "frame_jpeg.h"

#if JPEG_LIB_VERSION >= 70
#define SCALED(component) (component).DCT_h_scaled_size
#define LUMA_SCALED(info) (info).min_DCT_h_scaled_size
#else
#define SCALED(component) (component).DCT_scaled_size
#define LUMA_SCALED(info) (info).min_DCT_scaled_size
#endif

enum { ffMostParts = 4 };

struct ff_jpeg_decoder {
  struct jpeg_decompress_struct jpeg;
  ff_jpeg_failure failure;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  ff_jpeg_part parts[ffMostParts];
  int partCount, nextPart;
  /// The bytes of the current part that libjpeg has not received yet.
  const uint8_t *rest;
  size_t left;
  /// Whether libjpeg receives whole parts, and whether its warnings count: they do not where the engine has checked the
  /// data.
  int isWhole, isJudged;
  int planeCount;
  int firstRestart;
  int isFast;
  /// The file that was opened last.
  ff_jpeg_info info;
  /// Working memory of `ff_jpeg_decode_enlarged`.
  uint8_t *rows;
  size_t rowsRoom;
  /// NULL leaves everything to libjpeg; `baseline` is allocated at its first use.
  const ff_baseline_decoder *engine;
  ff_baseline *baseline;
  int isBaseline;
  /// A progressive file of a few kilobytes can hold thousands of scans, each of them a pass over all pixels.
  int mostScans;
  /// Whether the bytes being read are before the first scan's data.
  int isInHeader;
  /// The `ff_jpeg_oddity` flags of the file that was opened last.
  unsigned oddities;
  /// Whether lost samples are concealed, and what was wrong with a file that was decoded so.
  int isLenient;
  char damage[JMSG_LENGTH_MAX];
  /// The tables for files without tables.
  JHUFF_TBL standardDC[2], standardAC[2];
  int hasStandard;
};

static inline ff_jpeg_decoder *ff_jpeg_owner(j_decompress_ptr jpeg) { return (ff_jpeg_decoder *)jpeg->client_data; }

/// Samples along each side of a decoded block of a component.
int ff_jpeg_scaled(const ff_jpeg_decoder *decoder, int c);

/// Makes `parts` the bytes that libjpeg reads.
void ff_jpeg_source_init(ff_jpeg_decoder *decoder);
void ff_jpeg_source_begin(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount);
/// Whether bytes remain after the end of the image.
int ff_jpeg_source_isLeft(const ff_jpeg_decoder *decoder);

/// Distinguishes irregularities from damage in libjpeg's warnings.
void ff_jpeg_judge(j_common_ptr jpeg, int level);
/// Reports that samples are lost: an error, unless they are concealed. The message is in the decoder's error manager.
void ff_jpeg_lost(ff_jpeg_decoder *decoder);
/// Reads the entropy-coded data of a file that the engine supports, without computing samples.
/// - Returns: 0 when the picture is complete.
int ff_jpeg_judgeData(ff_jpeg_decoder *decoder);
/// Whether pixels of an opened file can be computed from the engine's planes.
int ff_jpeg_isEnlargeable(const ff_jpeg_decoder *decoder, ff_jpeg_pixels format);
/// `ff_jpeg_decode_pixels` of such a file.
int ff_jpeg_decode_enlarged(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format);
/// Stores a message.
/// - Returns: -1.
int ff_jpeg_damaged(ff_jpeg_decoder *decoder, const char *message);
/// Starts decoding by libjpeg. A file of several scans is read to its end here.
void ff_jpeg_start(ff_jpeg_decoder *decoder);
/// Reads the file to its end after all rows.
void ff_jpeg_end(ff_jpeg_decoder *decoder);
/// Handles an error of libjpeg during decoding, after its jump.
/// - Returns: 0 when all rows are still usable, though perhaps damaged; else -1.
int ff_jpeg_failed(ff_jpeg_decoder *decoder);

/// Allocates all tables, empty, so that a decoder that has read files does not differ from a new one.
void ff_jpeg_tables_init(ff_jpeg_decoder *decoder);
/// Clears the tables of the previous file.
void ff_jpeg_tables_clear(ff_jpeg_decoder *decoder);
/// Adds the standard tables where the file has none, after its header was read. Missing quantisation tables are an
/// error.
void ff_jpeg_tables_complete(ff_jpeg_decoder *decoder);
