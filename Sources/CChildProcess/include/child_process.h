// Starts a program as a child that ends with us, also when we are killed: what posix_spawn cannot ask for.
#pragma once
#include <sys/types.h>

/// Starts `path` with `arguments` (the first is its name, a null pointer ends them), never through a shell.
/// Standard input is /dev/null; `output` and `errors` become descriptors 1 and 2; no other is inherited. The child
/// leads a process group of its own, so that signals of the terminal do not reach it. On Linux it is killed when the
/// calling *thread* ends, so that thread must live as long as the child is wanted.
/// - Returns: 0, or the error number.
int ff_child_start(pid_t *child, const char *path, char *const arguments[], int output, int errors);

/// Waits until a child has ended, and leaves it to be reaped: its number is not given to another process meanwhile.
void ff_child_wait(pid_t child);

/// Makes a pipe whose ends no child inherits: `ends[0]` to read, `ends[1]` to write.
/// - Parameter capacity: 0 for the system's own; else a pair of sockets that hold as many bytes, where the system grants
///   it: for large frames, which pass a pair of sockets at two thirds of the cost.
/// - Returns: 0, or the error number.
int ff_child_pipe(int ends[2], int capacity);
