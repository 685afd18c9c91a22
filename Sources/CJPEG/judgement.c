// Decides which of libjpeg's warnings are irregularities, and which mean that samples are lost.
#include "decoder.h"

void ff_jpeg_judge(j_common_ptr info, int level) {
  if (level >= 0) return;  // traces
  ff_jpeg_decoder *decoder = ff_jpeg_owner((j_decompress_ptr)info);
  struct jpeg_error_mgr *errors = info->err;
  switch (errors->msg_code) {
    case JWRN_EXTRANEOUS_DATA: {
      if (decoder->isInHeader) {
        decoder->oddities |= ffJPEGStray;
        return;
      }
      // libjpeg has advanced past the last of them, which is the file's last byte where the end marker is inserted.
      const int count = errors->msg_parm.i[0];
      const uint8_t *const end =
        decoder->oddities & ffJPEGNoEnd ? decoder->rest : decoder->source.next_input_byte;
      // They may be in the previous part.
      const int isAtHand = end - decoder->parts[decoder->nextPart - 1].bytes >= count;
      if (!ff_is_spare(end, count, isAtHand)) break;
      decoder->oddities |= ffJPEGSpare;
      return;
    }
    case JWRN_NOT_SEQUENTIAL: decoder->oddities |= ffJPEGScanParameters; return;
    case JWRN_JFIF_MAJOR: decoder->oddities |= ffJPEGJFIFRevision; return;
    case JWRN_ADOBE_XFORM: decoder->oddities |= ffJPEGAdobe; return;
    default: break;
  }
  ff_jpeg_lost(decoder);
}

void ff_jpeg_lost(ff_jpeg_decoder *decoder) {
  if (!decoder->isLenient && !decoder->isJudged) ff_jpeg_fail((j_common_ptr)&decoder->jpeg);
}

/// Checks, after all scans have started, whether they contain the whole picture.
static void checkWhole(ff_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  for (int c = 0; c < jpeg->num_components; c++) {
    const JQUANT_TBL *table = jpeg->comp_info[c].quant_table;
    if (!table) {
      // A plane without any scan would be grey.
      snprintf(decoder->failure.message, sizeof decoder->failure.message, "no scan of component %d", c + 1);
      if (!decoder->isLenient) longjmp(decoder->failure.entry, 1);
    }
    int sum = 0;
    for (int k = 0; table && k < DCTSIZE2; k++) sum |= table->quantval[k];
    if (table && !sum) ERREXIT1(jpeg, JERR_NO_QUANT_TABLE, jpeg->comp_info[c].quant_tbl_no);
    // When all coefficients have their last bit, nothing can be missing; else later scans may have been truncated.
    for (int k = 0; jpeg->progressive_mode && (decoder->oddities & ffJPEGNoEnd) && k < DCTSIZE2; k++) {
      if (jpeg->coef_bits && jpeg->coef_bits[c][k] == 0) continue;
      jpeg->err->msg_code = JWRN_JPEG_EOF;
      ff_jpeg_lost(decoder);
      break;
    }
  }
}

void ff_jpeg_start(ff_jpeg_decoder *decoder) {
  jpeg_start_decompress(&decoder->jpeg);
  checkWhole(decoder);
}

void ff_jpeg_end(ff_jpeg_decoder *decoder) {
  jpeg_finish_decompress(&decoder->jpeg);
  if (ff_jpeg_source_isLeft(decoder)) decoder->oddities |= ffJPEGTrailing;
}

int ff_jpeg_failed(ff_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  int areThere = decoder->isLenient && jpeg->output_height > 0 && jpeg->output_scanline >= jpeg->output_height;
  jpeg_abort_decompress(jpeg);
  return areThere ? 0 : -1;
}
