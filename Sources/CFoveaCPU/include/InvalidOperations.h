#ifndef CFOVEACPU_INVALID_OPERATIONS_H
#define CFOVEACPU_INVALID_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

// Each thread of an x86-64 processor remembers whether an operation was invalid: one that made a NaN (∞ − ∞, 0 · ∞), or a
// comparison, maximum or minimum that was given one. So a kernel that turned NaN into a number has left a trace.

/// Whether the processor remembers.
bool fovea_notices_invalid_operations(void);

/// Whether an operation was invalid, on any of the first `members` threads of the calling thread's team, since they were
/// last asked. A thread that has left the team meanwhile, because a smaller one ran, is not there to be asked.
bool fovea_take_invalid_operations(size_t members);

#endif
