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

enum { usualMostScans = 64, mostParts = 4, mostRows = 4 * DCTSIZE };

struct ff_jpeg_decoder {
  struct jpeg_decompress_struct jpeg;
  ff_jpeg_failure failure;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  ff_jpeg_part parts[mostParts];
  int partCount, nextPart;
  int planeCount;
  int firstRestart;
  int isFast;
  /// NULL leaves everything to libjpeg; `baseline` is made when it is first of use.
  const ff_baseline_decoder *engine;
  ff_baseline *baseline;
  int isBaseline;
  /// A progressive file of a few kilobytes can hold thousands of scans, each of them a pass over all pixels.
  int mostScans;
};

const char *ff_jpeg_version(void) {
#define TEXT(value) #value
#define EXPANDED(value) TEXT(value)
  return EXPANDED(LIBJPEG_TURBO_VERSION);
}

const char *ff_jpeg_decoder_message(const ff_jpeg_decoder *decoder) { return decoder->failure.message; }

// MARK: the parts as a source

static ff_jpeg_decoder *owner(j_decompress_ptr jpeg) { return (ff_jpeg_decoder *)jpeg->client_data; }

static void begin(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean fill(j_decompress_ptr jpeg) {
  ff_jpeg_decoder *decoder = owner(jpeg);
  while (decoder->nextPart < decoder->partCount) {
    ff_jpeg_part part = decoder->parts[decoder->nextPart++];
    if (part.count == 0) continue;
    jpeg->src->next_input_byte = part.bytes;
    jpeg->src->bytes_in_buffer = part.count;
    return TRUE;
  }
  ERREXIT(jpeg, JERR_INPUT_EOF);
  return FALSE;
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

/// Called when a restart marker is not the one libjpeg counted up to: right when the file was cut out of another.
static boolean resynchronise(j_decompress_ptr jpeg, int desired) {
  ff_jpeg_decoder *decoder = owner(jpeg);
  int expected = JPEG_RST0 + ((desired + decoder->firstRestart) & 7);
  if (jpeg->unread_marker != expected) WARNMS2(jpeg, JWRN_MUST_RESYNC, jpeg->unread_marker, desired);
  jpeg->unread_marker = 0;
  return TRUE;
}

static void finish(j_decompress_ptr jpeg) { (void)jpeg; }

static void limitScans(j_common_ptr info) {
  if (!info->is_decompressor) return;
  ff_jpeg_decoder *decoder = owner((j_decompress_ptr)info);
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
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return &ff_baseline_avx2;
#endif
  // Without its own instructions the portable one is behind libjpeg-turbo's.
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
  if (setjmp(decoder->failure.entry)) {
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->jpeg);
  decoder->jpeg.client_data = decoder;
  decoder->engine = chosen(engine);
  decoder->mostScans = usualMostScans;
  decoder->source.init_source = begin;
  decoder->source.fill_input_buffer = fill;
  decoder->source.skip_input_data = skip;
  decoder->source.resync_to_restart = resynchronise;
  decoder->source.term_source = finish;
  decoder->jpeg.src = &decoder->source;
  decoder->progress.progress_monitor = limitScans;
  decoder->jpeg.progress = &decoder->progress;
  return decoder;
}

void ff_jpeg_decoder_limit_scans(ff_jpeg_decoder *decoder, int mostScans) { decoder->mostScans = mostScans; }

void ff_jpeg_decoder_free(ff_jpeg_decoder *decoder) {
  if (!decoder) return;
  jpeg_destroy_decompress(&decoder->jpeg);
  free(decoder->baseline);
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
static int scaledSize(const ff_jpeg_decoder *decoder, int c) {
  const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  return decoder->isBaseline && decoder->isFast ? LUMA_SCALED(*jpeg) : SCALED(jpeg->comp_info[c]);
}

/// Whether the file is one that need not be libjpeg's.
static int isBaseline(const ff_jpeg_decoder *decoder) {
  const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (!decoder->engine || jpeg->progressive_mode || jpeg->arith_code || jpeg->data_precision != 8) return 0;
  if (jpeg->num_components != 1 && jpeg->num_components != ffMostComponents) return 0;
  if (jpeg->comps_in_scan != jpeg->num_components || jpeg->Ss != 0 || jpeg->Se != 63 || jpeg->Ah || jpeg->Al)
    return 0;
  int blocks = 0;
  for (int c = 0; c < jpeg->num_components; c++) {
    const jpeg_component_info *component = &jpeg->comp_info[c];
    if (jpeg->cur_comp_info[c] != component) return 0;
    // What the file says of tables is checked by libjpeg when it begins to decode.
    if (component->quant_tbl_no >= NUM_QUANT_TBLS || component->dc_tbl_no >= NUM_HUFF_TBLS ||
        component->ac_tbl_no >= NUM_HUFF_TBLS || component->quant_tbl_no < 0 || component->dc_tbl_no < 0 ||
        component->ac_tbl_no < 0)
      return 0;
    if (!jpeg->quant_tbl_ptrs[component->quant_tbl_no] || !jpeg->dc_huff_tbl_ptrs[component->dc_tbl_no] ||
        !jpeg->ac_huff_tbl_ptrs[component->ac_tbl_no])
      return 0;
    // A scan of one component is of blocks, whatever its factors say.
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
    int scaled = scaledSize(decoder, c);
    int acrossX = jpeg->max_h_samp_factor * DCTSIZE, acrossY = jpeg->max_v_samp_factor * DCTSIZE;
    // Factors such as 3:2 leave samples between pixels: those files are decoded to pixels instead.
    if (acrossX % (component->h_samp_factor * scaled) || acrossY % (component->v_samp_factor * scaled)) {
      info->planeCount = 0;
      return;
    }
    // As libjpeg has its `downsampled_width`.
    plane->width = (int)(((long)info->width * component->h_samp_factor * scaled + acrossX - 1) / acrossX);
    plane->height = (int)(((long)info->height * component->v_samp_factor * scaled + acrossY - 1) / acrossY);
    plane->spacingX = acrossX / (component->h_samp_factor * scaled);
    plane->spacingY = acrossY / (component->v_samp_factor * scaled);
    // libjpeg writes the blocks that hold the image; whole MCUs are room for all of them.
    int rowsMCU = (info->height + info->rowsPerMCU - 1) / info->rowsPerMCU;
    plane->rowsPerMCU = component->v_samp_factor * scaled;
    plane->paddedWidth = info->MCUsPerRow * component->h_samp_factor * scaled;
    plane->paddedHeight = rowsMCU * plane->rowsPerMCU;
  }
  // Readers of planes step through both planes of chroma together: where these differ, libjpeg makes the pixels.
  if (info->planeCount == ffMostComponents && (info->planes[1].spacingX != info->planes[2].spacingX ||
                                               info->planes[1].spacingY != info->planes[2].spacingY))
    info->planeCount = 0;
}

int ff_jpeg_decoder_open(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount, int firstRestart,
                         int reduction, int fast, ff_jpeg_info *info) {
  memset(info, 0, sizeof *info);
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(&decoder->jpeg);
    return -1;
  }
  // What an earlier file left half read is forgotten.
  jpeg_abort_decompress(&decoder->jpeg);
  decoder->partCount = partCount < mostParts ? partCount : mostParts;
  for (int i = 0; i < decoder->partCount; i++) decoder->parts[i] = parts[i];
  decoder->nextPart = 0;
  decoder->firstRestart = firstRestart;
  decoder->isFast = fast;
  decoder->source.next_input_byte = NULL;
  decoder->source.bytes_in_buffer = 0;
  jpeg_read_header(&decoder->jpeg, TRUE);
  decoder->jpeg.scale_num = 1;
  decoder->jpeg.scale_denom = (unsigned)reduction;
  jpeg_calc_output_dimensions(&decoder->jpeg);
  decoder->isBaseline = isBaseline(decoder);
  describe(decoder, info);
  return 0;
}

// MARK: decoding

/// Prepares the engine.
/// - Returns: 0 when the file's tables are libjpeg's to complain of.
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
    to->scaled = scaledSize(decoder, c);
    to->isNeeded = c < planeCount;
    ff_baseline_quant(to, jpeg->quant_tbl_ptrs[from->quant_tbl_no]->quantval);
  }
  const int MCUWidth = jpeg->max_h_samp_factor * DCTSIZE, MCUHeight = jpeg->max_v_samp_factor * DCTSIZE;
  state->MCUsPerRow = ((int)jpeg->image_width + MCUWidth - 1) / MCUWidth;
  state->MCURows = ((int)jpeg->image_height + MCUHeight - 1) / MCUHeight;
  state->restartInterval = jpeg->restart_interval;
  state->nextRestart = decoder->firstRestart & 7;
  state->isPart = decoder->nextPart < decoder->partCount;
  ff_baseline_begin(state, decoder->source.next_input_byte, decoder->source.bytes_in_buffer);
  return 1;
}

static int damaged(ff_jpeg_decoder *decoder, const char *message) {
  snprintf(decoder->failure.message, sizeof decoder->failure.message, "%s", message);
  return -1;
}

int ff_jpeg_planes_begin(ff_jpeg_decoder *decoder, int planeCount) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  decoder->planeCount = planeCount;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  if (decoder->isBaseline) {
    // The header's part may end where the data's begins.
    if (decoder->source.bytes_in_buffer == 0 && decoder->nextPart < decoder->partCount) fill(jpeg);
    if (beginBaseline(decoder, planeCount)) return 0;
    if (decoder->isFast) return damaged(decoder, "a Huffman table that cannot be");
    decoder->isBaseline = 0;
  }
  jpeg->raw_data_out = TRUE;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->out_color_space = jpeg->jpeg_color_space;
  jpeg->dct_method = decoder->isFast ? JDCT_IFAST : JDCT_ISLOW;
  for (int c = 0; c < jpeg->num_components; c++) jpeg->comp_info[c].component_needed = c < planeCount;
  jpeg_start_decompress(jpeg);
  return 0;
}

int ff_jpeg_planes_read(ff_jpeg_decoder *decoder, uint8_t *const *planes, const size_t *strides) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (decoder->isBaseline) {
    switch (decoder->engine->row(decoder->baseline, planes, strides)) {
      case ffBaselineMore: return 1;
      case ffBaselineDone: return 0;
      case ffBaselineDamaged: return damaged(decoder, "corrupt JPEG data: bad Huffman code or restart marker");
      case ffBaselineCutOff: return damaged(decoder, "premature end of JPEG file");
    }
  }
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  JSAMPROW rows[MAX_COMPONENTS][mostRows];
  JSAMPARRAY arrays[MAX_COMPONENTS];
  for (int c = 0; c < jpeg->num_components; c++) {
    arrays[c] = rows[c];
    int count = c < decoder->planeCount ? jpeg->comp_info[c].v_samp_factor * SCALED(jpeg->comp_info[c]) : 0;
    for (int r = 0; r < count; r++) rows[c][r] = planes[c] + (size_t)r * strides[c];
  }
  jpeg_read_raw_data(jpeg, arrays, (JDIMENSION)(jpeg->max_v_samp_factor * LUMA_SCALED(*jpeg)));
  if (jpeg->output_scanline < jpeg->output_height) return 1;
  jpeg_finish_decompress(jpeg);
  return 0;
}

static J_COLOR_SPACE space(ff_jpeg_pixels format) {
  switch (format) {
    case ffJPEGPixelsGray: return JCS_GRAYSCALE;
    case ffJPEGPixelsRGB: return JCS_EXT_RGB;
    case ffJPEGPixelsBGR: return JCS_EXT_BGR;
    case ffJPEGPixelsRGBA: return JCS_EXT_RGBA;
  }
  return JCS_UNKNOWN;
}

int ff_jpeg_decode_pixels(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  jpeg->raw_data_out = FALSE;
  jpeg->out_color_space = space(format);
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(jpeg);
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW rows[DCTSIZE];
    JDIMENSION count = jpeg->output_height - jpeg->output_scanline;
    if (count > DCTSIZE) count = DCTSIZE;
    for (JDIMENSION r = 0; r < count; r++) rows[r] = pixels + (size_t)(jpeg->output_scanline + r) * stride;
    jpeg_read_scanlines(jpeg, rows, count);
  }
  jpeg_finish_decompress(jpeg);
  return 0;
}
