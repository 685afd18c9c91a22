// librdkafka itself, in the fewest lines of C: what any client on top of it is held against. The settings are
// those of FrameFeed's low-latency preset. See README.md here.
#include "peer.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[512];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK) failed(name, why);
}

// The file of the authority that signed the broker's certificate; NULL without TLS.
static const char *authority;

static rd_kafka_conf_t *settings(const char *broker) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", broker);
  set(conf, "client.id", "librdkafka-peer");
  set(conf, "socket.nagle.disable", "true");
  if (authority) {
    set(conf, "security.protocol", "ssl");
    set(conf, "ssl.ca.location", authority);
  }
  return conf;
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char why[512];
  rd_kafka_t *made = rd_kafka_new(type, conf, why, sizeof why);
  if (!made) failed("rd_kafka_new", why);
  return made;
}

// MARK: send

typedef struct {
  long number;
  long long start;
} order;

static rd_kafka_topic_t *topic;

static void answered(rd_kafka_t *producer, const rd_kafka_message_t *message, void *unused) {
  (void)producer, (void)unused;
  if (message->err) failed("delivery", rd_kafka_err2str(message->err));
  order *of = message->_private;
  sent(of->number, of->start);
  free(of);
}

static void *serve(void *producer) {
  while (1) rd_kafka_poll(producer, 100);
  return NULL;
}

// The next frame, in memory of its own, as a camera gives one.
static char *frame;

static void prepare(long number) {
  const payload *one = payloadOf(number);
  frame = malloc(one->count + 1);
  memcpy(frame, one->bytes, one->count);
}

static void sendOne(long number, long long start) {
  order *made = malloc(sizeof *made);
  *made = (order){number, start};
  // Sent from where it is; librdkafka frees it.
  if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_FREE, frame, payloadOf(number)->count, NULL, 0, made))
    failed("produce", rd_kafka_err2str(rd_kafka_last_error()));
}

static void sendAll(const char *broker, const char *name) {
  rd_kafka_conf_t *conf = settings(broker);
  set(conf, "message.max.bytes", "20000000");
  set(conf, "linger.ms", "0");
  set(conf, "acks", "all");
  set(conf, "enable.idempotence", "true");
  set(conf, "max.in.flight.requests.per.connection", "1");
  rd_kafka_conf_set_dr_msg_cb(conf, answered);
  rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, conf);
  topic = rd_kafka_topic_new(producer, name, NULL);
  const struct rd_kafka_metadata *metadata;
  if (rd_kafka_metadata(producer, 0, topic, &metadata, 20000)) failed("metadata", name);
  rd_kafka_metadata_destroy(metadata);
  pthread_t thread;
  pthread_create(&thread, NULL, serve, producer);
  ready("-", "librdkafka", rd_kafka_version_str());
  runCommands(prepare, sendOne);
  rd_kafka_flush(producer, 20000);
}

// MARK: receive

static void receiveAll(const char *broker, const char *name) {
  rd_kafka_conf_t *conf = settings(broker);
  set(conf, "group.id", "librdkafka-peer");
  set(conf, "enable.auto.commit", "false");
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
  ready("-", "librdkafka", rd_kafka_version_str());
  pthread_t thread;
  pthread_create(&thread, NULL, endWithInput, NULL);
  while (1) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 100);
    if (!message) continue;
    long long time = now();
    if (message->err) failed("fetch", rd_kafka_message_errstr(message));
    received(message->payload, message->len, time);
    rd_kafka_message_destroy(message);
  }
}

int main(int count, char **words) {
  const char *directory = argument(count, words, "--payloads");
  const char *broker = argument(count, words, "--address");
  const char *name = argument(count, words, "--topic");
  authority = argument(count, words, "--ca");
  if (count < 2 || !directory || !broker || !name) failed(words[0], "send|receive --payloads --address --topic [--ca]");
  load(directory);
  if (strcmp(words[1], "send") == 0) {
    sendAll(broker, name);
  } else {
    receiveAll(broker, name);
  }
}
