// REST without a framework or an interpreter: libcurl posts the payload as the body, libmicrohttpd receives
// it. The sizes of buffers are among the fastest for payloads of 100 KB to 1.3 MB. See README.md here.
#include "peer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <microhttpd.h>

// MARK: send

static CURL *curl;
static char curlError[CURL_ERROR_SIZE];

static void set(CURLcode result) {
  if (result) failed("curl_easy_setopt", curl_easy_strerror(result));
}

static void sendOne(long number, long long start) {
  const payload *one = payloadOf(number);
  set(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)one->count));
  // libcurl keeps the pointer; CURLOPT_COPYPOSTFIELDS would copy the payload first.
  set(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, one->bytes));
  CURLcode result = curl_easy_perform(curl);
  if (result) failed("POST", curlError[0] ? curlError : curl_easy_strerror(result));
  long status;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != 204) failed("POST", "the answer is not 204");
  sent(number, start);
}

static void sendAll(const char *address) {
  char url[512];
  snprintf(url, sizeof url, "http://%s/frame", address);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  curl = curl_easy_init();
  if (!curl) failed("curl_easy_init", "no handle");
  // An empty Expect: the payload does not wait for "100 Continue".
  struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/octet-stream");
  headers = curl_slist_append(headers, "Expect:");
  set(curl_easy_setopt(curl, CURLOPT_URL, url));
  set(curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers));
  set(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, curlError));
  set(curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L));
  set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L));
  set(curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L));
  // No proxy, whatever http_proxy says.
  set(curl_easy_setopt(curl, CURLOPT_PROXY, ""));
  // libcurl reconnects after 118 idle seconds by default; the peer may be halted for longer while others are
  // measured.
  set(curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, 86400L));
  // libcurl polls and writes once per upload buffer, which is 64 KB by default.
  set(curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10));
  ready("-", "libcurl", curl_version_info(CURLVERSION_NOW)->version);
  runCommands(NULL, sendOne);
  curl_easy_cleanup(curl);
  curl_slist_free_all(headers);
  curl_global_cleanup();
}

// MARK: receive

// The body of the current request; there is one sender. Its capacity is the size of the largest payload.
static struct {
  char *bytes;
  size_t count, capacity;
} body;
static struct MHD_Response *empty;

// Called with the headers, with each part of the body, and once more after the last.
static enum MHD_Result handle(
    void *unused, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
    const char *part, size_t *count, void **state) {
  (void)unused, (void)version;
  if (strcmp(path, "/frame") || strcmp(method, MHD_HTTP_METHOD_POST))
    return MHD_queue_response(connection, MHD_HTTP_NOT_FOUND, empty);
  if (!*state) {
    *state = &body;
    body.count = 0;
    return MHD_YES;
  }
  if (*count) {
    if (*count > body.capacity - body.count) failed("payload", "longer than any that was sent");
    memcpy(body.bytes + body.count, part, *count);
    body.count += *count;
    *count = 0;
    return MHD_YES;
  }
  received(body.bytes, body.count, now());
  return MHD_queue_response(connection, MHD_HTTP_NO_CONTENT, empty);
}

static void receiveAll(void) {
  for (long number = 0; number < payloadCount; number++)
    if (payloadOf(number)->count > body.capacity) body.capacity = payloadOf(number)->count;
  body.bytes = malloc(body.capacity + 1);
  if (!body.bytes) failed("malloc", strerror(errno));
  // Page faults now, and not in the first request. Not 0: compilers make malloc and zeros a calloc, which touches
  // no page.
  memset(body.bytes, 1, body.capacity + 1);
  empty = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  // Half of the limit, 32 KB by default, is the read buffer: the body comes in parts of up to that size. All of
  // it is cleared after each request, so that a larger one delays the answer to small payloads.
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR, &place,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 << 10, MHD_OPTION_END);
  if (!daemon) failed("MHD_start_daemon", strerror(errno));
  char address[32];
  snprintf(address, sizeof address, "127.0.0.1:%d", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  ready(address, "libmicrohttpd", MHD_get_version());
  endWithInput(NULL);
}

int main(int count, char **words) {
  const char *directory = argument(count, words, "--payloads"), *address = argument(count, words, "--address");
  int isSender = count > 1 && !strcmp(words[1], "send");
  if (count < 2 || !directory || (isSender && !address))
    failed(words[0], "send|receive --payloads DIR [--address HOST:PORT]");
  load(directory);
  if (isSender) {
    sendAll(address);
  } else {
    receiveAll();
  }
}
