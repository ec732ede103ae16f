#define _GNU_SOURCE
#include "Faults.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#if defined(__linux__)
#include <ucontext.h>
#endif

enum { signal_count = 3, handler_stack_size = 128 * 1024 };
static const int watched[signal_count] = {SIGSEGV, SIGBUS, SIGFPE};

static struct sigaction previous_actions[signal_count];
static stack_t previous_stack;
// Faults of stacks that are used up leave no room for the handler on these.
static unsigned char handler_stack[handler_stack_size];
#if defined(__x86_64__) && defined(__linux__)
static unsigned char landing_stack[4096] __attribute__((aligned(16)));
#endif
static struct fake_fiber *resumed;
static struct fake_fiber abandoned;
static pthread_t watched_thread;
static const char *volatile fault;
static void *fault_address;
static int fault_code;

const char *fake_fault(void) { return fault; }
const void *fake_fault_address(void) { return fault_address; }
int fake_fault_code(void) { return fault_code; }

FAKE_UNWATCHED static void land(void) { fake_switch(&abandoned, resumed); }

FAKE_UNWATCHED static void handle(int number, siginfo_t *info, void *context) {
    (void)context;
    if (!pthread_equal(pthread_self(), watched_thread) || fault) {
        // Not the kernel's: it happens again when this returns, with nobody watching.
        for (int i = 0; i < signal_count; i++) sigaction(watched[i], &previous_actions[i], NULL);
        return;
    }
    fault = number == SIGFPE ? "division by zero" : "memory that is not allocated, or not aligned, was used";
    fault_address = info->si_addr;
    fault_code = number == SIGFPE ? 719 : 700;
#if defined(__x86_64__) && defined(__linux__)
    // The handler returns, as sanitizers want it to, into a call of `land`.
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    registers[REG_RIP] = (greg_t)(uintptr_t)land;
    registers[REG_RSP] = (greg_t)(uintptr_t)(landing_stack + sizeof landing_stack - 8);
#else
    land();
#endif
}

void fake_watch_faults(struct fake_fiber *fiber) {
    resumed = fiber;
    fault = NULL;
    watched_thread = pthread_self();
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, &previous_stack);
    // Where the handler does not return, nobody would unblock the signal.
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < signal_count; i++) sigaction(watched[i], &action, &previous_actions[i]);
}

void fake_stop_watching(void) {
    for (int i = 0; i < signal_count; i++) sigaction(watched[i], &previous_actions[i], NULL);
    sigaltstack(&previous_stack, NULL);
}
