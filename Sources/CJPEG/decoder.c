// Creation and release of a decoder, and the header of a file.
#include "decoder.h"

enum { usualMostScans = 64 };

const char *ff_jpeg_version(void) {
#define TEXT(value) #value
#define EXPANDED(value) TEXT(value)
  return EXPANDED(LIBJPEG_TURBO_VERSION);
}

const char *ff_jpeg_decoder_message(const ff_jpeg_decoder *decoder) { return decoder->failure.message; }

static void limitScans(j_common_ptr info) {
  if (!info->is_decompressor) return;
  ff_jpeg_decoder *decoder = ff_jpeg_owner((j_decompress_ptr)info);
  if (decoder->jpeg.input_scan_number <= decoder->mostScans) return;
  snprintf(decoder->failure.message, sizeof decoder->failure.message,
           "it has more than %d scans, which is the limit", decoder->mostScans);
  longjmp(decoder->failure.entry, 1);
}

// MARK: life

static const ff_baseline_decoder *chosen(ff_jpeg_engine engine) {
  if (engine == ffJPEGLibrary) return NULL;
  if (engine == ffJPEGPortable) return &ff_baseline_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  // Every extension that the variant is compiled for: a hypervisor may mask any of them.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
    return &ff_baseline_avx2;
#endif
  // Without these instructions the portable variant is slower than libjpeg-turbo.
  return NULL;
}

size_t ff_jpeg_next_marker(const uint8_t *bytes, size_t from, size_t count) {
  const ff_baseline_decoder *engine = chosen(ffJPEGFastest);
  return (engine ? engine : &ff_baseline_portable)->nextMarker(bytes, from, count);
}

ff_jpeg_decoder *ff_jpeg_decoder_new(ff_jpeg_engine engine) {
  ff_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->jpeg.err = ff_jpeg_errors(&decoder->failure);
  decoder->failure.errors.emit_message = ff_jpeg_judge;
  if (setjmp(decoder->failure.entry)) {
    jpeg_destroy_decompress(&decoder->jpeg);
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->jpeg);
  decoder->jpeg.client_data = decoder;
  decoder->engine = chosen(engine);
  decoder->isWhole = engine == ffJPEGLibrary;
  decoder->mostScans = usualMostScans;
  ff_jpeg_source_init(decoder);
  ff_jpeg_tables_init(decoder);
  decoder->progress.progress_monitor = limitScans;
  decoder->jpeg.progress = &decoder->progress;
  return decoder;
}

void ff_jpeg_decoder_limit_scans(ff_jpeg_decoder *decoder, int mostScans) { decoder->mostScans = mostScans; }

void ff_jpeg_decoder_free(ff_jpeg_decoder *decoder) {
  if (!decoder) return;
  jpeg_destroy_decompress(&decoder->jpeg);
  free(decoder->baseline);
  free(decoder->rows);
  free(decoder);
}

// MARK: header

static ff_jpeg_colors colors(const struct jpeg_decompress_struct *jpeg) {
  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE: return ffJPEGGray;
    case JCS_YCbCr: return ffJPEGYCC;
    case JCS_RGB: return ffJPEGRGB;
    case JCS_CMYK:
    case JCS_YCCK: return ffJPEGCMYK;
    default: return ffJPEGOther;
  }
}

/// Samples along each side of a decoded block.
int ff_jpeg_scaled(const ff_jpeg_decoder *decoder, int c) {
  const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  return decoder->isBaseline && decoder->isFast ? LUMA_SCALED(*jpeg) : SCALED(jpeg->comp_info[c]);
}

/// Whether the engine supports the file.
static int isBaseline(const ff_jpeg_decoder *decoder) {
  const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (!decoder->engine || decoder->isLenient) return 0;
  if (jpeg->progressive_mode || jpeg->arith_code || jpeg->data_precision != 8) return 0;
  if (jpeg->num_components != 1 && jpeg->num_components != ffMostComponents) return 0;
  if (jpeg->comps_in_scan != jpeg->num_components) return 0;
  int blocks = 0;
  for (int c = 0; c < jpeg->num_components; c++) {
    const jpeg_component_info *component = &jpeg->comp_info[c];
    if (jpeg->cur_comp_info[c] != component) return 0;
    // libjpeg checks the file's tables when it starts decoding.
    if (component->quant_tbl_no >= NUM_QUANT_TBLS || component->dc_tbl_no >= NUM_HUFF_TBLS ||
        component->ac_tbl_no >= NUM_HUFF_TBLS || component->quant_tbl_no < 0 || component->dc_tbl_no < 0 ||
        component->ac_tbl_no < 0)
      return 0;
    if (!jpeg->quant_tbl_ptrs[component->quant_tbl_no] || !jpeg->dc_huff_tbl_ptrs[component->dc_tbl_no] ||
        !jpeg->ac_huff_tbl_ptrs[component->ac_tbl_no])
      return 0;
    // A scan of one component consists of single blocks, whatever its factors.
    if (jpeg->num_components == 1 && (component->h_samp_factor != 1 || component->v_samp_factor != 1)) return 0;
    blocks += component->h_samp_factor * component->v_samp_factor;
  }
  return blocks <= ffMostBlocks;
}

static void describe(ff_jpeg_decoder *decoder, ff_jpeg_info *info) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  info->width = (int)jpeg->image_width;
  info->height = (int)jpeg->image_height;
  info->colors = colors(jpeg);
  info->rowsPerMCU = jpeg->max_v_samp_factor * DCTSIZE;
  info->restartInterval = jpeg->restart_interval;
  int MCUWidth = jpeg->max_h_samp_factor * DCTSIZE;
  info->MCUsPerRow = (info->width + MCUWidth - 1) / MCUWidth;
  info->isProgressive = jpeg->progressive_mode;
  info->planeCount = info->colors == ffJPEGGray ? 1 : info->colors == ffJPEGYCC ? 3 : 0;
  if (jpeg->num_components < info->planeCount) info->planeCount = 0;
  for (int c = 0; c < info->planeCount; c++) {
    jpeg_component_info *component = &jpeg->comp_info[c];
    ff_jpeg_plane *plane = &info->planes[c];
    int scaled = ff_jpeg_scaled(decoder, c);
    int acrossX = jpeg->max_h_samp_factor * DCTSIZE, acrossY = jpeg->max_v_samp_factor * DCTSIZE;
    // Factors such as 3:2 leave samples between pixels: such files are decoded to pixels instead.
    if (acrossX % (component->h_samp_factor * scaled) || acrossY % (component->v_samp_factor * scaled)) {
      info->planeCount = 0;
      return;
    }
    // The same as libjpeg's `downsampled_width`.
    plane->width = (int)(((long)info->width * component->h_samp_factor * scaled + acrossX - 1) / acrossX);
    plane->height = (int)(((long)info->height * component->v_samp_factor * scaled + acrossY - 1) / acrossY);
    plane->spacingX = acrossX / (component->h_samp_factor * scaled);
    plane->spacingY = acrossY / (component->v_samp_factor * scaled);
    // libjpeg writes the blocks that contain the image; whole MCUs have room for all of them.
    int rowsMCU = (info->height + info->rowsPerMCU - 1) / info->rowsPerMCU;
    plane->rowsPerMCU = component->v_samp_factor * scaled;
    plane->paddedWidth = info->MCUsPerRow * component->h_samp_factor * scaled;
    plane->paddedHeight = rowsMCU * plane->rowsPerMCU;
  }
  // Readers of planes advance both chroma planes together: where these differ, libjpeg computes the pixels.
  if (info->planeCount == ffMostComponents && (info->planes[1].spacingX != info->planes[2].spacingX ||
                                               info->planes[1].spacingY != info->planes[2].spacingY))
    info->planeCount = 0;
}

int ff_jpeg_decoder_open(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount, int firstRestart,
                         int reduction, int fast, ff_jpeg_info *info) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  memset(info, 0, sizeof *info);
  decoder->oddities = 0;
  if (!decoder->isLenient) decoder->damage[0] = 0;
  decoder->failure.errors.msg_code = 0;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  // Discards the state of an earlier file that was not read completely.
  jpeg_abort_decompress(jpeg);
  ff_jpeg_tables_clear(decoder);
  ff_jpeg_source_begin(decoder, parts, partCount);
  decoder->firstRestart = firstRestart;
  decoder->isFast = fast;
  jpeg->output_scanline = 0;
  decoder->isInHeader = 1;
  decoder->isJudged = 0;
  jpeg_read_header(jpeg, TRUE);
  decoder->isInHeader = 0;
  ff_jpeg_tables_complete(decoder);
  // Sequential scans contain all coefficients, whatever their header states; libjpeg warns where it decodes them
  // itself.
  if (!jpeg->progressive_mode && (jpeg->Ss != 0 || jpeg->Se != DCTSIZE2 - 1 || jpeg->Ah || jpeg->Al))
    decoder->oddities |= ffJPEGScanParameters;
  if (colors(jpeg) == ffJPEGCMYK) decoder->oddities |= ffJPEGOddCMYK;
  jpeg->scale_num = 1;
  jpeg->scale_denom = (unsigned)reduction;
  jpeg_calc_output_dimensions(jpeg);
  decoder->isBaseline = isBaseline(decoder);
  describe(decoder, info);
  decoder->info = *info;
  return 0;
}

int ff_jpeg_decoder_isUnsupported(const ff_jpeg_decoder *decoder) {
  switch (decoder->failure.errors.msg_code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED: return 1;
    default: return 0;
  }
}

void ff_jpeg_decoder_keep_damaged(ff_jpeg_decoder *decoder, int keeps) {
  if (keeps) snprintf(decoder->damage, sizeof decoder->damage, "%s", decoder->failure.message);
  decoder->isLenient = keeps;
}

unsigned ff_jpeg_decoder_oddities(const ff_jpeg_decoder *decoder) { return decoder->oddities; }

void ff_jpeg_decoder_add_oddities(ff_jpeg_decoder *decoder, unsigned oddities) { decoder->oddities |= oddities; }

const char *ff_jpeg_decoder_damage(const ff_jpeg_decoder *decoder) { return decoder->damage[0] ? decoder->damage : NULL; }
