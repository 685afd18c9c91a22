// The clock of another host, for a program that is tested: preloaded, it puts the wall clock OTHER_CLOCK_NS ahead and gives
// the host another boot id, which is what a clock is known by.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long ahead(void) {
  const char *text = getenv("OTHER_CLOCK_NS");
  return text ? atoll(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(clock, time);
  if (code || clock != CLOCK_REALTIME) return code;
  long long ns = time->tv_sec * 1000000000LL + time->tv_nsec + ahead();
  time->tv_sec = ns / 1000000000;
  time->tv_nsec = ns % 1000000000;
  return 0;
}

FILE *fopen(const char *path, const char *mode) {
  static FILE *(*real)(const char *, const char *);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fopen");
  if (strcmp(path, "/proc/sys/kernel/random/boot_id")) return real(path, mode);
  FILE *file = tmpfile();
  if (file) {
    fprintf(file, "another-host+%lld\n", ahead());
    rewind(file);
  }
  return file;
}
