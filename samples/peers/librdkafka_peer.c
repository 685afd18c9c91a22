// librdkafka itself, in the fewest lines of C: what any client on top of it is held against. The settings are
// those of FrameFeed's low-latency preset. See README.md here.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
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

static void failed(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  _exit(1);
}

static void load(const char *directory) {
  struct dirent **names;
  int count = scandir(directory, &names, NULL, alphasort);
  if (count < 0) failed(directory, strerror(errno));
  payloads = calloc((size_t)count, sizeof *payloads);
  for (int i = 0; i < count; i++) {
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
  if (!payloadCount) failed(directory, "has no payloads");
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[512];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK) failed(name, why);
}

static rd_kafka_conf_t *settings(const char *broker) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", broker);
  set(conf, "client.id", "librdkafka-peer");
  set(conf, "socket.nagle.disable", "true");
  return conf;
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char why[512];
  rd_kafka_t *made = rd_kafka_new(type, conf, why, sizeof why);
  if (!made) failed("rd_kafka_new", why);
  return made;
}

static void ready(void) {
  printf("ready - librdkafka %s in C\n", rd_kafka_version_str());
  fflush(stdout);
}

// MARK: send

typedef struct {
  long number;
  long long start;
} order;

static void answered(rd_kafka_t *producer, const rd_kafka_message_t *message, void *unused) {
  (void)producer, (void)unused;
  if (message->err) failed("delivery", rd_kafka_err2str(message->err));
  order *of = message->_private;
  printf("sent %ld %lld %lld\n", of->number, of->start, now());
  fflush(stdout);
  free(of);
}

static void *serve(void *producer) {
  while (1) rd_kafka_poll(producer, 100);
  return NULL;
}

static void sendOne(rd_kafka_topic_t *topic, long number, long long start) {
  order *made = malloc(sizeof *made);
  *made = (order){number, start};
  const payload *one = &payloads[number % payloadCount];
  // No flags: neither copied nor freed.
  if (rd_kafka_produce(topic, 0, 0, one->bytes, one->count, NULL, 0, made))
    failed("produce", rd_kafka_err2str(rd_kafka_last_error()));
}

static void sendAll(const char *broker, const char *name) {
  rd_kafka_conf_t *conf = settings(broker);
  set(conf, "message.max.bytes", "20000000");
  set(conf, "linger.ms", "0");
  set(conf, "acks", "all");
  set(conf, "enable.idempotence", "true");
  rd_kafka_conf_set_dr_msg_cb(conf, answered);
  rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);
  const struct rd_kafka_metadata *metadata;
  if (rd_kafka_metadata(producer, 0, topic, &metadata, 20000)) failed("metadata", name);
  rd_kafka_metadata_destroy(metadata);
  pthread_t thread;
  pthread_create(&thread, NULL, serve, producer);
  ready();
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    long first, count;
    double fps;
    if (sscanf(line, "send %ld", &first) == 1) {
      sendOne(topic, first, now());
    } else if (sscanf(line, "pace %ld %ld %lf", &first, &count, &fps) == 3) {
      long long begin = now();
      for (long at = 0; at < count; at++) {
        long long due = begin + (long long)((double)at * 1e9 / fps);
        struct timespec time = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        sendOne(topic, first + at, due);
      }
    }
  }
  rd_kafka_flush(producer, 20000);
}

// MARK: receive

static void *endWithInput(void *unused) {
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
  }
  _exit(0);
  return unused;
}

static void receiveAll(const char *broker, const char *name) {
  rd_kafka_conf_t *conf = settings(broker);
  set(conf, "group.id", "librdkafka-peer");
  set(conf, "enable.auto.commit", "false");
  set(conf, "fetch.wait.max.ms", "10");
  set(conf, "fetch.message.max.bytes", "20000000");
  set(conf, "fetch.error.backoff.ms", "10");
  set(conf, "queued.max.messages.kbytes", "262144");
  set(conf, "queued.min.messages", "1000000");
  set(conf, "check.crcs", "true");
  // A broker that ignores the limits of a fetch answers with its whole backlog.
  set(conf, "receive.message.max.bytes", "2000000000");
  rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(consumer);
  int64_t low, high;
  if (rd_kafka_query_watermark_offsets(consumer, name, 0, &low, &high, 20000)) failed("offsets", name);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, name, 0)->offset = high;
  rd_kafka_assign(consumer, list);
  ready();
  pthread_t thread;
  pthread_create(&thread, NULL, endWithInput, NULL);
  for (long number = 0;;) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 100);
    if (!message) continue;
    long long time = now();
    if (message->err) failed("fetch", rd_kafka_message_errstr(message));
    const payload *sent = &payloads[number % payloadCount];
    if (message->len != sent->count || memcmp(message->payload, sent->bytes, sent->count))
      failed("payload", "not the bytes that were sent");
    rd_kafka_message_destroy(message);
    printf("received %ld %lld\n", number++, time);
    fflush(stdout);
  }
}

int main(int count, char **words) {
  const char *directory = NULL, *broker = NULL, *topic = NULL;
  for (int i = 2; i + 1 < count; i += 2) {
    if (!strcmp(words[i], "--payloads")) directory = words[i + 1];
    if (!strcmp(words[i], "--address")) broker = words[i + 1];
    if (!strcmp(words[i], "--topic")) topic = words[i + 1];
  }
  if (count < 2 || !directory || !broker || !topic) failed(words[0], "send|receive --payloads --address --topic");
  load(directory);
  if (strcmp(words[1], "send") == 0) {
    sendAll(broker, topic);
  } else {
    receiveAll(broker, topic);
  }
}
