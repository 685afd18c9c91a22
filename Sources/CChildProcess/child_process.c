#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

extern char **environ;

// Runs in the child, which shares the parent's memory until it becomes the program: system calls only.
static int become(
  const char *path, char *const arguments[], int output, int errors, pid_t parent) {
  // The parent's handlers do not exist in the program; ignored signals would stay ignored.
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action;
    if (number == SIGKILL || number == SIGSTOP || sigaction(number, NULL, &action) != 0) continue;
    if (action.sa_handler == SIG_DFL) continue;
    action.sa_handler = SIG_DFL;
    action.sa_flags = 0;
    sigaction(number, &action, NULL);
  }
  if (setpgid(0, 0) != 0) return errno;
#ifdef __linux__
  // PR_SET_PDEATHSIG does not report a parent that ended before this call.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  if (getppid() != parent) return ESRCH;
#else
  (void)parent;
#endif
  const int none = open("/dev/null", O_RDONLY);
  if (none < 0) return errno;
  // Both are above 2: see ff_child_pipe.
  if (dup2(none, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) return errno;
  // The parent's own descriptors are closed on exec; this closes those of libraries that do not set the flag.
#if defined(__linux__) && defined(SYS_close_range)
  const int closed = syscall(SYS_close_range, 3, ~0u, 0) == 0;
#else
  const int closed = 0;
#endif
  for (int descriptor = 3; !closed && descriptor < 1024; descriptor++) close(descriptor);
  sigset_t nothing;
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, NULL);
  execve(path, arguments, environ);
  return errno;
}

int ff_child_start(pid_t *child, const char *path, char *const arguments[], int output, int errors) {
  sigset_t all, before;
  sigfillset(&all);
  // No signal handler of the parent may run in the child.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile int problem = 0;
  const pid_t parent = getpid();
  // Not fork: it would copy the page tables of a process that holds frames, for each loop of a video.
  const pid_t started = vfork();
  if (started == 0) {
    problem = become(path, arguments, output, errors, parent);
    _exit(127);
  }
  if (started < 0) problem = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (started > 0 && problem != 0) {
    while (waitpid(started, NULL, 0) < 0 && errno == EINTR) {}
  }
  *child = started;
  return problem;
}

void ff_child_wait(pid_t child) {
  siginfo_t info;
  while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {}
}

// Moves a descriptor above the standard ones.
static int above_standard(int descriptor) {
  if (descriptor > 2) return descriptor;
  const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  close(descriptor);
  return moved;
}

static int open_pipe(int ends[2]) {
#ifdef __linux__
  return pipe2(ends, O_CLOEXEC);
#else
  return pipe(ends);
#endif
}

static int open_sockets(int ends[2], int capacity) {
#ifdef __linux__
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
#endif
  setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &capacity, sizeof capacity);
  // One direction only, like a pipe: each end detects that the other one is closed.
  shutdown(ends[0], SHUT_WR);
  return 0;
}

int ff_child_pipe(int ends[2], int capacity) {
  if ((capacity > 0 ? open_sockets(ends, capacity) : open_pipe(ends)) != 0) return errno;
  for (int end = 0; end < 2; end++) {
#ifndef __linux__
    fcntl(ends[end], F_SETFD, FD_CLOEXEC);
#endif
    const int moved = above_standard(ends[end]);
    if (moved < 0) {
      const int problem = errno;
      close(ends[1 - end]);
      return problem;
    }
    ends[end] = moved;
  }
  return 0;
}
