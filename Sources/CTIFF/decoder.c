#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: what goes wrong

/// Stores the first error, which is the most informative.
static void note(ff_tiff *page, const char *format, va_list arguments) {
  if (page->message[0]) return;
  vsnprintf(page->message, sizeof page->message, format, arguments);
  // libtiff puts the file's name first, which is empty here.
  if (!strncmp(page->message, ": ", 2)) memmove(page->message, page->message + 2, strlen(page->message + 2) + 1);
}

void ff_tiff_note(ff_tiff *page, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  note(page, format, arguments);
  va_end(arguments);
}

#if TIFFLIB_VERSION >= 20221213
static int failed(TIFF *file, void *page, const char *module, const char *format, va_list arguments) {
  (void)file;
  (void)module;
  note(page, format, arguments);
  return 1;
}

static int warned(TIFF *file, void *page, const char *module, const char *format, va_list arguments) {
  (void)file;
  (void)module;
  (void)format;
  (void)arguments;
  ((ff_tiff *)page)->warnings++;
  return 1;
}
#else
static void warned(thandle_t page, const char *module, const char *format, va_list arguments) {
  (void)module;
  (void)format;
  (void)arguments;
  if (page) ((ff_tiff *)page)->warnings++;
}

// Error handlers are shared by all files of the process: the handle identifies the page.
static void failed(thandle_t page, const char *module, const char *format, va_list arguments) {
  (void)module;
  if (page) note((ff_tiff *)page, format, arguments);
}
#endif

// MARK: the bytes as a file

static tmsize_t take(thandle_t handle, void *target, tmsize_t count) {
  ff_tiff *page = handle;
  uint64_t left = page->at < page->count ? page->count - page->at : 0;
  if (count < 0) return -1;
  if ((uint64_t)count > left) count = (tmsize_t)left;
  memcpy(target, page->bytes + (count ? page->at : 0), (size_t)count);
  page->at += (uint64_t)count;
  return count;
}

static tmsize_t give(thandle_t handle, void *source, tmsize_t count) {
  (void)handle;
  (void)source;
  (void)count;
  return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  ff_tiff *page = handle;
  page->at = whence == SEEK_SET ? offset : whence == SEEK_CUR ? page->at + offset : page->count + offset;
  return page->at;
}

static int closed(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size(thandle_t handle) { return ((ff_tiff *)handle)->count; }

static int map(thandle_t handle, void **base, toff_t *count) {
  (void)handle;
  (void)base;
  (void)count;
  return 0;
}

static void unmap(thandle_t handle, void *base, toff_t count) {
  (void)handle;
  (void)base;
  (void)count;
}

/// Reads only the file's header (h), without a memory mapping (m).
static TIFF *opened(ff_tiff *page, size_t mostMemory) {
  const char *mode = "rhm";
#if TIFFLIB_VERSION >= 20221213
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)mostMemory);
  TIFFOpenOptionsSetErrorHandlerExtR(options, failed, page);
  TIFFOpenOptionsSetWarningHandlerExtR(options, warned, page);
  TIFF *file = TIFFClientOpenExt("", mode, page, take, give, seek, closed, size, map, unmap, options);
  TIFFOpenOptionsFree(options);
  return file;
#else
  (void)mostMemory;
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFSetErrorHandlerExt(failed);
  TIFFSetWarningHandlerExt(warned);
  return TIFFClientOpen("", mode, page, take, give, seek, closed, size, map, unmap);
#endif
}

// MARK: the page

/// Whether the page is supported; else the message states why not.
static int describe(ff_tiff *page, ff_tiff_info *info) {
  TIFF *file = page->file;
  uint16_t sampleFormat = SAMPLEFORMAT_UINT, compression = COMPRESSION_NONE;
  if (!TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &page->width) || !TIFFGetField(file, TIFFTAG_IMAGELENGTH, &page->height)) {
    ff_tiff_note(page, "it has no width or height");
    return 0;
  }
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &page->bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &page->samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &page->planar);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &sampleFormat);
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &compression);
  page->warnsOfLoss = compression == COMPRESSION_CCITTRLE || compression == COMPRESSION_CCITTRLEW ||
                      compression == COMPRESSION_CCITTFAX3 || compression == COMPRESSION_CCITTFAX4 ||
                      compression == COMPRESSION_JPEG;
  if (!TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &page->photometric))
    page->photometric = page->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  if (sampleFormat == SAMPLEFORMAT_IEEEFP || sampleFormat == SAMPLEFORMAT_INT) {
    ff_tiff_note(page, "its samples are %s numbers; expected unsigned whole ones of up to 16 bits",
                 sampleFormat == SAMPLEFORMAT_INT ? "signed" : "floating-point");
    return 0;
  }
  if (page->bits < 1 || page->bits > 16) {
    ff_tiff_note(page, "its samples have %d bits; expected 1 to 16", page->bits);
    return 0;
  }
  if (!TIFFIsCODECConfigured(compression)) {
    ff_tiff_note(page, "its compression (%d) is not supported by the installed libtiff", compression);
    return 0;
  }
  // libjpeg converts it to colours, as it does for any JPEG file.
  if (page->photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG && page->planar == PLANARCONFIG_CONTIG &&
      TIFFSetField(file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB))
    page->photometric = PHOTOMETRIC_RGB;
  info->width = page->width;
  info->height = page->height;
  info->isGray = 0;
  int most = 0, least = 1;
  switch (page->photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
      // Grey, possibly with alpha.
      info->isGray = 1;
      most = 2;
      break;
    case PHOTOMETRIC_PALETTE: {
      uint16_t *red, *green, *blue;
      most = page->bits <= 8 && TIFFGetField(file, TIFFTAG_COLORMAP, &red, &green, &blue) ? 2 : 0;
      break;
    }
    case PHOTOMETRIC_RGB:
      least = 3;
      most = 16;
      break;
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_SEPARATED: {
      page->isConverted = 1;
      char reason[1024] = "";
      if (!TIFFRGBAImageOK(file, reason)) {
        ff_tiff_note(page, "%s", reason);
        return 0;
      }
      return 1;
    }
    default: break;
  }
  if (page->samples >= least && page->samples <= most) return 1;
  ff_tiff_note(page,
               "it has %d samples of %d bits with photometric interpretation %d; expected grey, RGB, a palette, YCbCr or "
               "CMYK: convert it to RGB",
               page->samples, page->bits, page->photometric);
  return 0;
}

ff_tiff *ff_tiff_open(const uint8_t *bytes, size_t count, uint64_t directory, size_t mostMemory, ff_tiff_info *info,
                      char message[ffTIFFMessage]) {
  message[0] = 0;
  ff_tiff *page = calloc(1, sizeof *page);
  if (!page) return NULL;
  page->bytes = bytes;
  page->count = count;
  page->file = opened(page, mostMemory);
  int isRead = page->file && (directory ? TIFFSetSubDirectory(page->file, directory) : TIFFReadDirectory(page->file));
  if (isRead && describe(page, info)) {
    // Discards libtiff's warnings: it could read the page.
    page->message[0] = 0;
    return page;
  }
  strcpy(message, page->message[0] ? page->message : "its directory cannot be read");
  ff_tiff_close(page);
  return NULL;
}

int ff_tiff_read(ff_tiff *page, uint8_t *target, char message[ffTIFFMessage]) {
  page->warnings = 0;
  int isRead = page->isConverted ? ff_tiff_convert(page, target) : ff_tiff_unpack(page, target);
  if (isRead && page->warnsOfLoss && page->warnings) {
    ff_tiff_note(page, "its data is damaged");
    isRead = 0;
  }
  // Some codecs continue after an error with guessed samples.
  if (isRead && !page->message[0]) return 0;
  strcpy(message, page->message[0] ? page->message : "its samples cannot be read");
  return -1;
}

void ff_tiff_close(ff_tiff *page) {
  if (page && page->file) TIFFClose(page->file);
  free(page);
}
