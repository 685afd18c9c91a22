#include "failure.h"
#include "frame_jpeg.h"

#if JPEG_LIB_VERSION >= 70
#define SCALED(component) (component).DCT_h_scaled_size
#define LUMA_SCALED(info) (info).min_DCT_h_scaled_size
#else
#define SCALED(component) (component).DCT_scaled_size
#define LUMA_SCALED(info) (info).min_DCT_scaled_size
#endif

/// A progressive file of a few kilobytes can hold thousands of scans, each of them a pass over all pixels.
enum { mostScans = 500, mostParts = 4, mostRows = 4 * DCTSIZE };

struct ff_jpeg_decoder {
  struct jpeg_decompress_struct jpeg;
  ff_jpeg_failure failure;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  ff_jpeg_part parts[mostParts];
  int partCount, nextPart;
  int planeCount;
  int firstRestart;
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
  if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > mostScans) {
    ff_jpeg_failure *failure = (ff_jpeg_failure *)info->err;
    snprintf(failure->message, sizeof failure->message, "more than %d scans", mostScans);
    longjmp(failure->entry, 1);
  }
}

// MARK: life

ff_jpeg_decoder *ff_jpeg_decoder_new(void) {
  ff_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->jpeg.err = ff_jpeg_errors(&decoder->failure);
  if (setjmp(decoder->failure.entry)) {
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->jpeg);
  decoder->jpeg.client_data = decoder;
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

void ff_jpeg_decoder_free(ff_jpeg_decoder *decoder) {
  if (!decoder) return;
  jpeg_destroy_decompress(&decoder->jpeg);
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
    int scaled = SCALED(*component);
    int acrossX = jpeg->max_h_samp_factor * DCTSIZE, acrossY = jpeg->max_v_samp_factor * DCTSIZE;
    // Factors such as 3:2 leave samples between pixels: those files are decoded to pixels instead.
    if (acrossX % (component->h_samp_factor * scaled) || acrossY % (component->v_samp_factor * scaled)) {
      info->planeCount = 0;
      return;
    }
    plane->width = (int)component->downsampled_width;
    plane->height = (int)component->downsampled_height;
    plane->spacingX = acrossX / (component->h_samp_factor * scaled);
    plane->spacingY = acrossY / (component->v_samp_factor * scaled);
    // libjpeg writes the blocks that hold the image; whole MCUs are room for all of them.
    int rowsMCU = (info->height + info->rowsPerMCU - 1) / info->rowsPerMCU;
    plane->rowsPerMCU = component->v_samp_factor * scaled;
    plane->paddedWidth = info->MCUsPerRow * component->h_samp_factor * scaled;
    plane->paddedHeight = rowsMCU * plane->rowsPerMCU;
  }
}

int ff_jpeg_decoder_open(ff_jpeg_decoder *decoder, const ff_jpeg_part *parts, int partCount, int firstRestart,
                         int reduction, ff_jpeg_info *info) {
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
  decoder->source.next_input_byte = NULL;
  decoder->source.bytes_in_buffer = 0;
  jpeg_read_header(&decoder->jpeg, TRUE);
  decoder->jpeg.scale_num = 1;
  decoder->jpeg.scale_denom = (unsigned)reduction;
  jpeg_calc_output_dimensions(&decoder->jpeg);
  describe(decoder, info);
  return 0;
}

// MARK: decoding

int ff_jpeg_planes_begin(ff_jpeg_decoder *decoder, int planeCount, int fast) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  jpeg->raw_data_out = TRUE;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->out_color_space = jpeg->jpeg_color_space;
  jpeg->dct_method = fast ? JDCT_IFAST : JDCT_ISLOW;
  for (int c = 0; c < jpeg->num_components; c++) jpeg->comp_info[c].component_needed = c < planeCount;
  decoder->planeCount = planeCount;
  jpeg_start_decompress(jpeg);
  return 0;
}

int ff_jpeg_planes_read(ff_jpeg_decoder *decoder, uint8_t *const *planes, const size_t *strides) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
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

int ff_jpeg_decode_pixels(ff_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, ff_jpeg_pixels format,
                          int fast) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(jpeg);
    return -1;
  }
  jpeg->raw_data_out = FALSE;
  jpeg->out_color_space = space(format);
  jpeg->do_fancy_upsampling = fast ? FALSE : TRUE;
  jpeg->dct_method = fast ? JDCT_IFAST : JDCT_ISLOW;
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
