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
  /// Of the part that was begun, what libjpeg has not been given.
  const uint8_t *rest;
  size_t left;
  /// Whether libjpeg is given whole parts, and whether its warnings count: not where the engine has judged the data.
  int isWhole, isJudged;
  int planeCount;
  int firstRestart;
  int isFast;
  /// Of the file that was opened last.
  ff_jpeg_info info;
  /// What `ff_jpeg_decode_enlarged` works in.
  uint8_t *rows;
  size_t rowsRoom;
  /// NULL leaves everything to libjpeg; `baseline` is made when it is first of use.
  const ff_baseline_decoder *engine;
  ff_baseline *baseline;
  int isBaseline;
  /// A progressive file of a few kilobytes can hold thousands of scans, each of them a pass over all pixels.
  int mostScans;
  /// Whether the bytes read are those before the first scan's data.
  int isInHeader;
  /// Of the file that was opened last: `ff_jpeg_oddity`.
  unsigned oddities;
  /// Whether lost samples are painted over, and what was wrong with the file that is decoded so.
  int isLenient;
  char damage[JMSG_LENGTH_MAX];
  /// The tables that files without tables mean.
  JHUFF_TBL standardDC[2], standardAC[2];
  int hasStandard;
};

static inline ff_jpeg_decoder *ff_jpeg_owner(j_decompress_ptr jpeg) { return (ff_jpeg_decoder *)jpeg->client_data; }

/// Samples along each side of a decoded block of a component.
int ff_jpeg_scaled(const ff_jpeg_decoder *decoder, int c);

/// Makes `parts` the bytes that libjpeg reads.
void ff_jpeg_source_init(ff_jpeg_decoder *decoder);
void ff_jpeg_source_begin(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount);
/// Whether bytes are left behind the end of the image.
int ff_jpeg_source_isLeft(const ff_jpeg_decoder *decoder);

/// Tells what is odd from what is damage, in libjpeg's warnings.
void ff_jpeg_judge(j_common_ptr jpeg, int level);
/// Samples are lost: an error, unless they are painted over. The message is in the decoder's error manager.
void ff_jpeg_lost(ff_jpeg_decoder *decoder);
/// Reads the entropy-coded data of a file that the engine can read, and makes nothing of it.
/// - Returns: 0 when all of the picture is there.
int ff_jpeg_judgeData(ff_jpeg_decoder *decoder);
/// Whether pixels of an opened file can be made of the engine's planes.
int ff_jpeg_isEnlargeable(const ff_jpeg_decoder *decoder, ff_jpeg_pixels format);
/// `ff_jpeg_decode_pixels` of such a file.
int ff_jpeg_decode_enlarged(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format);
/// Keeps a message.
/// - Returns: -1.
int ff_jpeg_damaged(ff_jpeg_decoder *decoder, const char *message);
/// Begins to decode by libjpeg. A file of several scans is read to its end here.
void ff_jpeg_start(ff_jpeg_decoder *decoder);
/// All rows are there: reads the file to its end.
void ff_jpeg_end(ff_jpeg_decoder *decoder);
/// Called where libjpeg jumps to while it decodes.
/// - Returns: 0 when the rows are there all the same, and may be damaged; else -1.
int ff_jpeg_failed(ff_jpeg_decoder *decoder);

/// Makes all tables, empty: a decoder that has read files then does not differ from one that has not.
void ff_jpeg_tables_init(ff_jpeg_decoder *decoder);
/// Forgets the tables of the file before.
void ff_jpeg_tables_clear(ff_jpeg_decoder *decoder);
/// Puts the standard tables where the file has none, once its header is read. An error without quantisation tables.
void ff_jpeg_tables_complete(ff_jpeg_decoder *decoder);
