#define _GNU_SOURCE
#include "Fibers.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// From below: a page that cannot be touched, room for what goes beyond the stack, and the stack. These are an odd
// number of pages: a power of two would have the stacks share few of the places where the processor looks pages up.
enum { guard = 4096, room = 32 * 1024, stack_size = 32 * 1024, slot = guard + room + stack_size };
// So much of the room has to stay 0. Functions with more than that on the stack may step over it.
enum { checked_size = 4096 };

static unsigned char *stacks;

bool fake_make_stacks(size_t count) {
    if (stacks) return true;
    void *mapping = mmap(NULL, count * slot, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return false;
    stacks = mapping;
    for (size_t stack = 0; stack < count; stack++) mprotect(stacks + stack * slot, guard, PROT_NONE);
    return true;
}

bool fake_check_stack(size_t stack) {
    static const unsigned char zeros[checked_size];
    unsigned char *checked = stacks + (stack + 1) * slot - stack_size - checked_size;
    if (memcmp(checked, zeros, checked_size) == 0) return true;
    memset(checked, 0, checked_size);
    return false;
}

#if defined(__x86_64__)

// Only what the ABI keeps across calls has to be kept.
__attribute__((naked)) void fake_switch(struct fake_fiber *from, struct fake_fiber *to) {
    __asm__("pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
            "movq %rsp, (%rdi)\n\tmovq (%rsi), %rsp\n\t"
            "popq %r15\n\tpopq %r14\n\tpopq %r13\n\tpopq %r12\n\tpopq %rbx\n\tpopq %rbp\n\tret");
}

void fake_make_fiber(struct fake_fiber *fiber, size_t stack, void (*entry)(void)) {
    // Stacks that began at the same place of their pages would share the same few sets of the cache.
    unsigned char *top = stacks + (stack + 1) * slot - stack % 32 * 64;
    void **words = (void **)(void *)top;
    *--words = NULL;
    *--words = (void *)(uintptr_t)entry;
    for (int i = 0; i < 6; i++) *--words = NULL;
    fiber->stack_pointer = words;
}

_Static_assert(sizeof(struct fovea_kernel_arguments) == 512, "a kernel's arguments are 32 times 16 bytes");

// What the compiler copies the arguments with takes several times as long as most threads of most kernels.
__attribute__((naked)) void fake_call(
    void (*kernel)(struct fovea_kernel_arguments), const struct fovea_kernel_arguments *arguments) {
    __asm__("pushq %rbp\n\tmovq %rsp, %rbp\n\tsubq $512, %rsp\n\t"
            ".set offset, 0\n\t.rept 32\n\t"
            "movaps offset(%rsi), %xmm0\n\tmovaps %xmm0, offset(%rsp)\n\t.set offset, offset + 16\n\t.endr\n\t"
            "callq *%rdi\n\tleave\n\tretq");
}

#else

void fake_call(void (*kernel)(struct fovea_kernel_arguments), const struct fovea_kernel_arguments *arguments) {
    kernel(*arguments);
}

void fake_switch(struct fake_fiber *from, struct fake_fiber *to) { swapcontext(&from->context, &to->context); }

void fake_make_fiber(struct fake_fiber *fiber, size_t stack, void (*entry)(void)) {
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = stacks + (stack + 1) * slot - stack_size;
    fiber->context.uc_stack.ss_size = stack_size;
    fiber->context.uc_link = NULL;
    makecontext(&fiber->context, entry, 0);
}

#endif
