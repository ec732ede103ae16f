// Stacks of their own for the threads of a block, and a switch between them that costs no call of the system.
#ifndef FAKE_FIBERS_H
#define FAKE_FIBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "CFakeGPU.h"

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

// Sanitizers would lose track of the calls on changing stacks.
#if defined(__has_attribute) && __has_attribute(disable_sanitizer_instrumentation)
#define FAKE_UNWATCHED __attribute__((disable_sanitizer_instrumentation))
#else
#define FAKE_UNWATCHED
#endif

struct fake_fiber {
#if defined(__x86_64__)
    void *stack_pointer;
#else
    ucontext_t context;
#endif
};

/// Continues `to`, and keeps in `from` where this call returns when it is continued.
void fake_switch(struct fake_fiber *from, struct fake_fiber *to);
/// Makes `fiber` begin with a call of `entry`, which never returns, on the stack of this number.
void fake_make_fiber(struct fake_fiber *fiber, size_t stack, void (*entry)(void));
/// Memory for so many stacks; false where there is none. Done once.
bool fake_make_stacks(size_t count);
/// Whether a stack has not been used beyond its size since it was last checked.
bool fake_check_stack(size_t stack);

/// Calls a kernel with a copy of these arguments, whose address is a multiple of 16.
void fake_call(void (*kernel)(struct fovea_kernel_arguments), const struct fovea_kernel_arguments *arguments);

#endif
