// A data source for libjpeg that reads the parts of a file.
#include "decoder.h"

static void begin(j_decompress_ptr jpeg) { (void)jpeg; }

/// Bytes per read: libjpeg-turbo decodes more than 512 contiguous ones by a path that silently ignores invalid codes
/// (jdhuff.c, decode_mcu_fast). Costs 4 % of a decode to pixels.
enum { pieceBytes = 511 };

/// Returns the next piece of the current part to libjpeg.
static void give(ff_jpeg_decoder *decoder) {
  const size_t most = decoder->isWhole || decoder->isJudged || decoder->left < pieceBytes ? decoder->left : pieceBytes;
  decoder->source.next_input_byte = decoder->rest;
  decoder->source.bytes_in_buffer = most;
  decoder->rest += most;
  decoder->left -= most;
}

static boolean fill(j_decompress_ptr jpeg) {
  ff_jpeg_decoder *decoder = ff_jpeg_owner(jpeg);
  if (decoder->left > 0) {
    give(decoder);
    return TRUE;
  }
  while (decoder->nextPart < decoder->partCount) {
    ff_jpeg_part part = decoder->parts[decoder->nextPart++];
    if (part.count == 0) continue;
    decoder->rest = part.bytes;
    decoder->left = part.count;
    give(decoder);
    return TRUE;
  }
  if (decoder->isInHeader) ERREXIT(jpeg, JERR_INPUT_EOF);
  // The decoder finds out whether more than the end marker is missing: it warns where it needs more data.
  decoder->oddities |= ffJPEGNoEnd;
  static const JOCTET end[] = {0xFF, JPEG_EOI};
  jpeg->src->next_input_byte = end;
  jpeg->src->bytes_in_buffer = sizeof end;
  return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  size_t left = (size_t)count;
  while (left > jpeg->src->bytes_in_buffer) {
    left -= jpeg->src->bytes_in_buffer;
    fill(jpeg);
  }
  jpeg->src->next_input_byte += left;
  jpeg->src->bytes_in_buffer -= left;
}

/// Called when a restart marker has not the number that libjpeg expects: valid when the file was cut out of another.
static boolean resynchronise(j_decompress_ptr jpeg, int desired) {
  ff_jpeg_decoder *decoder = ff_jpeg_owner(jpeg);
  int expected = JPEG_RST0 + ((desired + decoder->firstRestart) & 7);
  if (jpeg->unread_marker != expected) {
    WARNMS2(jpeg, JWRN_MUST_RESYNC, jpeg->unread_marker, desired);
    return jpeg_resync_to_restart(jpeg, desired);
  }
  jpeg->unread_marker = 0;
  return TRUE;
}

static void finish(j_decompress_ptr jpeg) { (void)jpeg; }

void ff_jpeg_source_init(ff_jpeg_decoder *decoder) {
  decoder->source.init_source = begin;
  decoder->source.fill_input_buffer = fill;
  decoder->source.skip_input_data = skip;
  decoder->source.resync_to_restart = resynchronise;
  decoder->source.term_source = finish;
  decoder->jpeg.src = &decoder->source;
}

void ff_jpeg_source_begin(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount) {
  decoder->partCount = partCount < ffMostParts ? partCount : ffMostParts;
  for (int i = 0; i < decoder->partCount; i++) decoder->parts[i] = parts[i];
  decoder->nextPart = 0;
  decoder->left = 0;
  decoder->source.next_input_byte = NULL;
  decoder->source.bytes_in_buffer = 0;
}

int ff_jpeg_source_isLeft(const ff_jpeg_decoder *decoder) {
  if (decoder->oddities & ffJPEGNoEnd) return 0;
  return decoder->source.bytes_in_buffer > 0 || decoder->left > 0 || decoder->nextPart < decoder->partCount;
}
