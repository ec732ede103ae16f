#include "InvalidOperations.h"

#include "Parallel.h"

#if defined(__x86_64__)

bool fovea_notices_invalid_operations(void) { return true; }

static bool take(void) {
    // The flag in MXCSR, the register that controls vector instructions; once set, it stays until it is cleared.
    const unsigned invalid = 1;
    unsigned state = __builtin_ia32_stmxcsr();
    if ((state & invalid) == 0) return false;
    __builtin_ia32_ldmxcsr(state & ~invalid);
    return true;
}

#else

bool fovea_notices_invalid_operations(void) { return false; }

static bool take(void) { return false; }

#endif

typedef struct {
    bool *noticed;
} question;

static void ask(size_t member, size_t members, const void *context) {
    const question *asked = context;
    if (take()) __atomic_store_n(asked->noticed, true, __ATOMIC_RELAXED);
}

bool fovea_take_invalid_operations(size_t members) {
    bool noticed = false;
    question asked = {&noticed};
    fovea_run_team(members, ask, &asked);
    return noticed;
}
