// Decodes an opened file to planes or pixels.
#include "decoder.h"

enum { mostRows = 4 * DCTSIZE };

/// Prepares the engine.
/// - Returns: 0 when the file's tables are invalid, which libjpeg reports.
static int beginBaseline(ff_jpeg_decoder *decoder, int planeCount) {
  const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (!decoder->baseline) decoder->baseline = calloc(1, sizeof *decoder->baseline);
  ff_baseline *state = decoder->baseline;
  if (!state) return 0;
  state->count = jpeg->num_components;
  for (int c = 0; c < state->count; c++) {
    const jpeg_component_info *from = &jpeg->comp_info[c];
    ff_baseline_component *to = &state->components[c];
    ff_huffman *dc = &state->tables[from->dc_tbl_no], *ac = &state->tables[NUM_HUFF_TBLS + from->ac_tbl_no];
    const JHUFF_TBL *dcFrom = jpeg->dc_huff_tbl_ptrs[from->dc_tbl_no];
    const JHUFF_TBL *acFrom = jpeg->ac_huff_tbl_ptrs[from->ac_tbl_no];
    if (!ff_huffman_make(dc, dcFrom->bits, dcFrom->huffval, 0)) return 0;
    if (!ff_huffman_make(ac, acFrom->bits, acFrom->huffval, 1)) return 0;
    to->dc = dc;
    to->ac = ac;
    to->h = from->h_samp_factor;
    to->v = from->v_samp_factor;
    to->scaled = ff_jpeg_scaled(decoder, c);
    to->isNeeded = c < planeCount;
    ff_baseline_quant(to, jpeg->quant_tbl_ptrs[from->quant_tbl_no]->quantval);
  }
  const int MCUWidth = jpeg->max_h_samp_factor * DCTSIZE, MCUHeight = jpeg->max_v_samp_factor * DCTSIZE;
  state->MCUsPerRow = ((int)jpeg->image_width + MCUWidth - 1) / MCUWidth;
  state->MCURows = ((int)jpeg->image_height + MCUHeight - 1) / MCUHeight;
  state->restartInterval = jpeg->restart_interval;
  state->nextRestart = decoder->firstRestart & 7;
  state->isPart = decoder->nextPart < decoder->partCount;
  ff_baseline_begin(state, decoder->source.next_input_byte, decoder->source.bytes_in_buffer + decoder->left);
  return 1;
}

int ff_jpeg_damaged(ff_jpeg_decoder *decoder, const char *message) {
  snprintf(decoder->failure.message, sizeof decoder->failure.message, "%s", message);
  return -1;
}

/// Converts a row's result: 1 for more, 0 for the end, -1 with a message.
static int outcome(ff_jpeg_decoder *decoder, ff_baseline_result result) {
  if (result == ffBaselineMore) return 1;
  decoder->oddities |= decoder->baseline->oddities;
  switch (result) {
    case ffBaselineDamaged: return ff_jpeg_damaged(decoder, "corrupt JPEG data: bad Huffman code or restart marker");
    case ffBaselineCutOff: return ff_jpeg_damaged(decoder, "premature end of JPEG file");
    default: return 0;
  }
}

int ff_jpeg_judgeData(ff_jpeg_decoder *decoder) {
  // libjpeg reports invalid tables.
  if (!beginBaseline(decoder, 0)) return 0;
  int more = 1;
  while (more > 0) more = outcome(decoder, decoder->engine->row(decoder->baseline, NULL, NULL));
  decoder->isJudged = more == 0;
  return more;
}

int ff_jpeg_planes_begin(ff_jpeg_decoder *decoder, int planeCount) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  decoder->planeCount = planeCount;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  if (decoder->isBaseline) {
    // The header's part may end where the data's part starts.
    if (decoder->source.bytes_in_buffer + decoder->left == 0 && decoder->nextPart < decoder->partCount)
      decoder->source.fill_input_buffer(jpeg);
    if (beginBaseline(decoder, planeCount)) return 0;
    if (decoder->isFast) return ff_jpeg_damaged(decoder, "an invalid Huffman table");
    decoder->isBaseline = 0;
  }
  jpeg->raw_data_out = TRUE;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->out_color_space = jpeg->jpeg_color_space;
  jpeg->dct_method = decoder->isFast ? JDCT_IFAST : JDCT_ISLOW;
  for (int c = 0; c < jpeg->num_components; c++) jpeg->comp_info[c].component_needed = c < planeCount;
  ff_jpeg_start(decoder);
  return 0;
}

int ff_jpeg_planes_read(ff_jpeg_decoder *decoder, uint8_t *const *planes, const size_t *strides) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (decoder->isBaseline) return outcome(decoder, decoder->engine->row(decoder->baseline, planes, strides));
  if (setjmp(decoder->failure.entry)) return ff_jpeg_failed(decoder);
  JSAMPROW rows[MAX_COMPONENTS][mostRows];
  JSAMPARRAY arrays[MAX_COMPONENTS];
  for (int c = 0; c < jpeg->num_components; c++) {
    arrays[c] = rows[c];
    int count = c < decoder->planeCount ? jpeg->comp_info[c].v_samp_factor * SCALED(jpeg->comp_info[c]) : 0;
    for (int r = 0; r < count; r++) rows[c][r] = planes[c] + (size_t)r * strides[c];
  }
  jpeg_read_raw_data(jpeg, arrays, (JDIMENSION)(jpeg->max_v_samp_factor * LUMA_SCALED(*jpeg)));
  if (jpeg->output_scanline < jpeg->output_height) return 1;
  ff_jpeg_end(decoder);
  return 0;
}
