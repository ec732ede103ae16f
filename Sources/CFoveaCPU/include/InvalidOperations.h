#ifndef CFOVEACPU_INVALID_OPERATIONS_H
#define CFOVEACPU_INVALID_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

// Each thread of an x86-64 processor remembers whether an operation was invalid: one that made a NaN (∞ − ∞, 0 · ∞), or
// a comparison, maximum or minimum of a NaN. So a kernel that turns NaN into a number leaves a trace.

/// Whether this processor remembers.
bool fovea_notices_invalid_operations(void);

/// Whether an operation was invalid on any of the first `members` threads of the calling thread's team since they were
/// last asked. A thread that has since left the team, because a smaller one ran, cannot be asked.
bool fovea_take_invalid_operations(size_t members);

#endif
