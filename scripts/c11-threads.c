// librdkafka starts its threads and takes its locks by C11's names (`thrd_create`, `mtx_lock`), which ThreadSanitizer
// does not know: it falls over the first thread it has not seen begin. Preloaded, this gives them by POSIX's names,
// which it does. In glibc the types are the same. For scripts/sanitize.sh alone.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

typedef struct {
  thrd_start_t start;
  void *argument;
} call;

static void *run(void *boxed) {
  call own = *(call *)boxed;
  free(boxed);
  return (void *)(intptr_t)own.start(own.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t start, void *argument) {
  call *boxed = malloc(sizeof *boxed);
  if (!boxed) return thrd_nomem;
  *boxed = (call){start, argument};
  return pthread_create((pthread_t *)thread, NULL, run, boxed) ? thrd_error : thrd_success;
}

int thrd_join(thrd_t thread, int *result) {
  void *value = NULL;
  int failed = pthread_join((pthread_t)thread, &value);
  if (result) *result = (int)(intptr_t)value;
  return failed ? thrd_error : thrd_success;
}

static int status(int failed) { return failed ? thrd_error : thrd_success; }
int mtx_init(mtx_t *lock, int kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (kind & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  return status(pthread_mutex_init((pthread_mutex_t *)lock, &attributes));
}
int mtx_lock(mtx_t *lock) { return status(pthread_mutex_lock((pthread_mutex_t *)lock)); }
int mtx_unlock(mtx_t *lock) { return status(pthread_mutex_unlock((pthread_mutex_t *)lock)); }
void mtx_destroy(mtx_t *lock) { pthread_mutex_destroy((pthread_mutex_t *)lock); }
int cnd_init(cnd_t *condition) { return status(pthread_cond_init((pthread_cond_t *)condition, NULL)); }
int cnd_signal(cnd_t *condition) { return status(pthread_cond_signal((pthread_cond_t *)condition)); }
int cnd_broadcast(cnd_t *condition) { return status(pthread_cond_broadcast((pthread_cond_t *)condition)); }
int cnd_wait(cnd_t *condition, mtx_t *lock) {
  return status(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)lock));
}
int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict lock, const struct timespec *restrict until) {
  int failed = pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)lock, until);
  return failed == ETIMEDOUT ? thrd_timedout : status(failed);
}
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy((pthread_cond_t *)condition); }
