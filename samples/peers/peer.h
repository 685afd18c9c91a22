// The line protocol of README.md here, shared by the peers in C. It holds the functions themselves, so that
// each peer is one source file and compiles with one command. Include it first.
#pragma once
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  char *bytes;
  size_t count;
} payload;

static payload *payloads;
static long payloadCount;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Ends the process from any thread.
static _Noreturn void failed(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  _exit(1);
}

static const char *argument(int count, char **words, const char *name) {
  for (int i = 2; i + 1 < count; i += 2)
    if (!strcmp(words[i], name)) return words[i + 1];
  return NULL;
}

static void load(const char *directory) {
  struct dirent **names;
  int count = scandir(directory, &names, NULL, alphasort);
  if (count < 0) failed(directory, strerror(errno));
  payloads = calloc((size_t)count, sizeof *payloads);
  for (int i = 0; i < count; free(names[i++])) {
    if (names[i]->d_name[0] == '.') continue;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, names[i]->d_name);
    FILE *file = fopen(path, "rb");
    if (!file) failed(path, strerror(errno));
    fseek(file, 0, SEEK_END);
    payload *to = &payloads[payloadCount++];
    to->count = (size_t)ftell(file);
    to->bytes = malloc(to->count + 1);
    rewind(file);
    if (fread(to->bytes, 1, to->count, file) != to->count) failed(path, "cannot be read");
    fclose(file);
  }
  free(names);
  if (!payloadCount) failed(directory, "has no payloads");
}

static const payload *payloadOf(long number) { return &payloads[number % payloadCount]; }

static void ready(const char *address, const char *client, const char *version) {
  printf("ready %s %s %s in C\n", address, client, version);
  fflush(stdout);
}

static void sent(long number, long long start) {
  printf("sent %ld %lld %lld\n", number, start, now());
  fflush(stdout);
}

// Compares the next payload with its file. `time` is when its last byte was received.
static void received(const char *bytes, size_t count, long long time) {
  static long number;
  const payload *wanted = payloadOf(number);
  if (count != wanted->count || memcmp(bytes, wanted->bytes, count))
    failed("payload", "not the bytes that were sent");
  printf("received %ld %lld\n", number++, time);
  fflush(stdout);
}

// Executes the commands of standard input until it ends. `prepare` is called before a payload is due, and its time does not
// count; NULL for nothing to prepare. `start` is when the payload was asked for, or due.
static void runCommands(void (*prepare)(long number), void (*sendOne)(long number, long long start)) {
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    long first, count;
    double fps;
    if (sscanf(line, "send %ld", &first) == 1) {
      if (prepare) prepare(first);
      sendOne(first, now());
    } else if (sscanf(line, "pace %ld %ld %lf", &first, &count, &fps) == 3) {
      long long begin = now();
      for (long at = 0; at < count; at++) {
        long long due = begin + (long long)((double)at * 1e9 / fps);
        if (prepare) prepare(first + at);
        struct timespec time = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        sendOne(first + at, due);
      }
    }
  }
}

// Ends a receiver with its standard input. The signature is that of a thread.
static void *endWithInput(void *unused) {
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
  }
  _exit(0);
  return unused;
}
