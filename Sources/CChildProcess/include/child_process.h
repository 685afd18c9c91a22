// Starts a program as a child that ends with this process, also when this process is killed, which posix_spawn does not
// support.
#pragma once
#include <sys/types.h>

/// Starts `path` with `arguments` (the first is its name, a null pointer ends them), never through a shell. Standard
/// input is /dev/null; `output` and `errors` become descriptors 1 and 2; no other is inherited. The child leads a
/// process group of its own, so that signals of the terminal do not reach it. On Linux it is killed when the calling
/// *thread* ends, so that the thread must live as long as the child is needed.
/// - Returns: 0, or the error number.
int ff_child_start(pid_t *child, const char *path, char *const arguments[], int output, int errors);

/// Waits until a child has ended, but does not reap it, so that its process ID is not reused meanwhile.
void ff_child_wait(pid_t child);

/// Creates a pipe whose ends no child inherits: `ends[0]` to read, `ends[1]` to write.
/// - Parameter capacity: 0 for the system's default; else a pair of sockets with this capacity in bytes, where the
///   system grants it: for large frames, which cost two thirds as much through a pair of sockets.
/// - Returns: 0, or the error number.
int ff_child_pipe(int ends[2], int capacity);
