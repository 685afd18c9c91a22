// libjpeg reports errors by not returning; here they jump to the entry point, which does.
#pragma once
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

typedef struct {
  struct jpeg_error_mgr errors;
  jmp_buf entry;
  char message[JMSG_LENGTH_MAX];
} ff_jpeg_failure;

static inline void ff_jpeg_fail(j_common_ptr info) {
  ff_jpeg_failure *failure = (ff_jpeg_failure *)info->err;
  info->err->format_message(info, failure->message);
  longjmp(failure->entry, 1);
}

static inline void ff_jpeg_warn(j_common_ptr info, int level) {
  // Below 0: the image is damaged and libjpeg would go on with what it guesses. Above: traces.
  if (level < 0) ff_jpeg_fail(info);
}

static inline void ff_jpeg_quiet(j_common_ptr info) { (void)info; }

static inline struct jpeg_error_mgr *ff_jpeg_errors(ff_jpeg_failure *failure) {
  jpeg_std_error(&failure->errors);
  failure->errors.error_exit = ff_jpeg_fail;
  failure->errors.emit_message = ff_jpeg_warn;
  failure->errors.output_message = ff_jpeg_quiet;
  return &failure->errors;
}
