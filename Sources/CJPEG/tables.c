// Resets tables, so that each file is decoded as if it were the first: libjpeg keeps those of the previous one.
#include "decoder.h"

void ff_jpeg_tables_init(ff_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  for (int i = 0; i < NUM_QUANT_TBLS; i++) jpeg->quant_tbl_ptrs[i] = jpeg_alloc_quant_table((j_common_ptr)jpeg);
  for (int i = 0; i < NUM_HUFF_TBLS; i++) {
    jpeg->dc_huff_tbl_ptrs[i] = jpeg_alloc_huff_table((j_common_ptr)jpeg);
    jpeg->ac_huff_tbl_ptrs[i] = jpeg_alloc_huff_table((j_common_ptr)jpeg);
  }
}

void ff_jpeg_tables_clear(ff_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  for (int i = 0; i < NUM_QUANT_TBLS; i++)
    memset(jpeg->quant_tbl_ptrs[i]->quantval, 0, sizeof jpeg->quant_tbl_ptrs[i]->quantval);
  for (int i = 0; i < NUM_HUFF_TBLS; i++) {
    memset(jpeg->dc_huff_tbl_ptrs[i], 0, sizeof *jpeg->dc_huff_tbl_ptrs[i]);
    memset(jpeg->ac_huff_tbl_ptrs[i], 0, sizeof *jpeg->ac_huff_tbl_ptrs[i]);
  }
}

/// Reads the tables of ITU-T T.81, Annex K.3, from libjpeg's encoder.
static int learnStandard(ff_jpeg_decoder *decoder) {
  struct jpeg_compress_struct encoder;
  ff_jpeg_failure failure;
  encoder.err = ff_jpeg_errors(&failure);
  if (setjmp(failure.entry)) {
    jpeg_destroy_compress(&encoder);
    return 0;
  }
  jpeg_create_compress(&encoder);
  encoder.input_components = 3;
  encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder);
  for (int i = 0; i < 2; i++) {
    decoder->standardDC[i] = *encoder.dc_huff_tbl_ptrs[i];
    decoder->standardAC[i] = *encoder.ac_huff_tbl_ptrs[i];
  }
  jpeg_destroy_compress(&encoder);
  decoder->hasStandard = 1;
  return 1;
}

static int isEmpty(const JHUFF_TBL *table) {
  for (int length = 1; length <= 16; length++)
    if (table->bits[length]) return 0;
  return 1;
}

static void complete(JHUFF_TBL **tables, const JHUFF_TBL *standard) {
  for (int i = 0; i < 2; i++) {
    if (isEmpty(tables[i])) *tables[i] = standard[i];
  }
}

void ff_jpeg_tables_complete(ff_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  for (int c = 0; c < jpeg->comps_in_scan; c++) {
    const jpeg_component_info *component = jpeg->cur_comp_info[c];
    int quant = component->quant_tbl_no, sum = 0;
    const JQUANT_TBL *table = quant >= 0 && quant < NUM_QUANT_TBLS ? jpeg->quant_tbl_ptrs[quant] : NULL;
    for (int k = 0; table && k < DCTSIZE2; k++) sum |= table->quantval[k];
    if (!sum) ERREXIT1(jpeg, JERR_NO_QUANT_TABLE, quant);
    if (jpeg->progressive_mode || jpeg->arith_code) continue;
    int dc = component->dc_tbl_no, ac = component->ac_tbl_no;
    if (dc > 1 || ac > 1 || dc < 0 || ac < 0) continue;
    if (isEmpty(jpeg->dc_huff_tbl_ptrs[dc]) || isEmpty(jpeg->ac_huff_tbl_ptrs[ac])) decoder->oddities |= ffJPEGNoTables;
  }
  if (!(decoder->oddities & ffJPEGNoTables)) return;
  if (!decoder->hasStandard && !learnStandard(decoder)) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  complete(jpeg->dc_huff_tbl_ptrs, decoder->standardDC);
  complete(jpeg->ac_huff_tbl_ptrs, decoder->standardAC);
}
