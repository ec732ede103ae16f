// Runs a kernel's blocks, one after the other. The threads of a block take turns: each runs until it ends or waits for
// others. A fiber runs one thread after the other, so that those of kernels that never wait cost no switch.
#define _GNU_SOURCE
#include "State.h"

#include <string.h>

#include "Faults.h"
#include "Fibers.h"

enum { thread_limit = 1024, warp_size = 32 };
enum { thread_ended, thread_waits_for_block, thread_waits_for_warp };

struct worker {
    struct fake_fiber fiber;
    unsigned thread;
};

static struct worker workers[thread_limit];
static struct worker *idle_workers[thread_limit];
static unsigned idle_count;
// How many were busy at once in this launch: the last ones of the idle ones, as what was returned last is taken first.
static unsigned busiest;
static bool has_workers;
static struct fake_fiber scheduler;

// Of the threads that have begun and do not run.
static unsigned char statuses[thread_limit];
static struct worker *thread_workers[thread_limit];
static unsigned masks[thread_limit];
static unsigned waits_for_block, waits_for_warp;
// What the lanes of each warp give each other. Two rounds, because some read one while others write the next.
static uint64_t exchanged[2][thread_limit];
static unsigned rounds[thread_limit / warp_size];

// The launch that is running.
static const struct fake_function_content *function;
static struct fake_block *shown;
static struct fovea_kernel_arguments arguments __attribute__((aligned(64)));
static unsigned thread_count;
static struct worker *current;
static long launch_count;

// The pass that is running: some threads of a warp, each of which gets its turn once. They are started, or go on from
// where they have waited.
static struct {
    unsigned next, end, step;
    bool starts;
    unsigned char status;
} pass;

long fake_launch_count(void) { return launch_count; }
void fake_reset_launch_count(void) { launch_count = 0; }

// Makes `threadIdx` that of this thread.
FAKE_UNWATCHED static void show_thread(unsigned thread) {
    const struct fake_dimensions *size = &shown->block_size;
    if (size->x == thread_count) {
        shown->thread = (struct fake_dimensions){thread, 0, 0};
    } else {
        shown->thread.x = thread % size->x;
        shown->thread.y = thread / size->x % size->y;
        shown->thread.z = thread / size->x / size->y;
    }
}

// Who has the next turn; null where the pass is over.
FAKE_UNWATCHED static struct worker *next_worker(void) {
    if (pass.starts) {
        if (pass.next == pass.end) return NULL;
        struct worker *worker = idle_workers[--idle_count];
        if (thread_limit - idle_count > busiest) busiest = thread_limit - idle_count;
        return worker;
    }
    while (pass.next != pass.end) {
        unsigned thread = pass.next;
        pass.next += pass.step;
        if (statuses[thread] != pass.status) continue;
        show_thread(thread);
        return thread_workers[thread];
    }
    return NULL;
}

// Straight to the next thread: it returns to where this one would, which is what the processor expects.
FAKE_UNWATCHED static void give_turn(struct worker *worker) {
    struct worker *next = next_worker();
    if (next == worker) return;
    current = next;
    fake_switch(&worker->fiber, next ? &next->fiber : &scheduler);
}

FAKE_UNWATCHED static void work(void) {
    struct worker *worker = current;
    for (;;) {
        while (pass.starts && pass.next != pass.end) {
            worker->thread = pass.next;
            pass.next += pass.step;
            show_thread(worker->thread);
            fake_call(function->kernel, &arguments);
            statuses[worker->thread] = thread_ended;
        }
        idle_workers[idle_count++] = worker;
        give_turn(worker);
    }
}

FAKE_UNWATCHED static void wait_as(unsigned char status) {
    struct worker *worker = current;
    statuses[worker->thread] = status;
    thread_workers[worker->thread] = worker;
    give_turn(worker);
}

// What kernels call: `__syncthreads`,
FAKE_UNWATCHED static void synchronize(void) {
    waits_for_block++;
    wait_as(thread_waits_for_block);
}

// and what shuffles are made of: all lanes of the mask give a value, and get the place of those of their warp.
FAKE_UNWATCHED static const uint64_t *exchange(unsigned mask, uint64_t value) {
    unsigned thread = current->thread, warp = thread / warp_size;
    uint64_t *values = exchanged[rounds[warp] % 2];
    if (!(mask >> thread % warp_size & 1)) {
        fake_note_misuse("%s: a thread is not in the mask that it gives", function->name);
    }
    values[thread] = value;
    masks[thread] = mask;
    waits_for_warp++;
    wait_as(thread_waits_for_warp);
    return values + warp * warp_size;
}

static void make_workers(void) {
    for (unsigned i = 0; i < thread_limit; i++) {
        fake_make_fiber(&workers[i].fiber, i, work);
        fake_check_stack(i);
        // The first ones are taken first.
        idle_workers[i] = &workers[thread_limit - 1 - i];
    }
    idle_count = thread_limit;
    has_workers = true;
}

static void run_pass(unsigned first, unsigned count, bool descends) {
    pass.next = descends ? first + count - 1 : first;
    pass.step = descends ? -1U : 1U;
    pass.end = pass.next + pass.step * count;
    current = next_worker();
    if (current) fake_switch(&scheduler, &current->fiber);
}

// Those lanes of a warp that wait for each other may go on. Have all come?
static void release_warp(unsigned first, unsigned count) {
    for (unsigned lane = 0; lane < count; lane++) {
        if (statuses[first + lane] != thread_waits_for_warp) continue;
        for (unsigned other = 0; other < count; other++) {
            bool is_meant = masks[first + lane] >> other & 1;
            if (!is_meant || statuses[first + other] == thread_waits_for_warp) continue;
            fake_note_misuse(
                "%s: thread %u of a block did not reach a shuffle that thread %u did", function->name, first + other,
                first + lane);
        }
    }
    waits_for_warp = 0;
    rounds[first / warp_size]++;
}

static void run_warp(unsigned first, unsigned count, bool starts, bool descends) {
    pass.starts = starts;
    pass.status = thread_waits_for_block;
    run_pass(first, count, descends);
    pass.starts = false;
    pass.status = thread_waits_for_warp;
    while (waits_for_warp > 0 && !fake_fault()) {
        release_warp(first, count);
        run_pass(first, count, descends);
    }
}

static void run_warps(bool starts, bool descends) {
    unsigned warps = (thread_count + warp_size - 1) / warp_size;
    for (unsigned i = 0; i < warps && !fake_fault(); i++) {
        unsigned first = (descends ? warps - 1 - i : i) * warp_size;
        unsigned count = thread_count - first < warp_size ? thread_count - first : warp_size;
        run_warp(first, count, starts, descends);
    }
}

// Threads in descending order show what the ascending order hides: results that need a missing `__syncthreads`.
static void run_block(bool descends) {
    waits_for_block = waits_for_warp = 0;
    run_warps(true, descends);
    while (waits_for_block > 0 && !fake_fault()) {
        if (waits_for_block != thread_count) {
            fake_note_misuse(
                "%s: %u of a block's %u threads reached a __syncthreads that the others did not", function->name,
                waits_for_block, thread_count);
        }
        waits_for_block = 0;
        run_warps(false, descends);
    }
}

static void run_grid(const unsigned *grid) {
    for (unsigned z = 0; z < grid[2]; z++) {
        for (unsigned y = 0; y < grid[1]; y++) {
            for (unsigned x = 0; x < grid[0]; x++) {
                shown->block = (struct fake_dimensions){x, y, z};
                run_block((x + y + z) % 2 == 1);
                if (fake_fault()) return;
            }
        }
    }
}

static void check_stacks(void) {
    for (unsigned i = 0; i < busiest; i++) {
        size_t stack = (size_t)(idle_workers[thread_limit - 1 - i] - workers);
        if (!fake_check_stack(stack)) fake_note_misuse("%s used too much stack", function->name);
    }
}

int fake_launch(const struct fake_function_content *kernel, const struct fake_work *launch) {
    for (int i = 0; i < 16; i++) {
        uint64_t pointer = launch->arguments.pointers[i];
        if (pointer == 0 || fake_check_pointer(pointer, kernel->name, i)) continue;
        fake_set_sticky(fake_illegal_address);
        return fake_illegal_address;
    }
    if (!fake_make_stacks(thread_limit)) return fake_out_of_memory;
    if (!has_workers) make_workers();
    function = kernel;
    arguments = launch->arguments;
    thread_count = launch->block[0] * launch->block[1] * launch->block[2];
    shown = kernel->block;
    shown->block_size = (struct fake_dimensions){launch->block[0], launch->block[1], launch->block[2]};
    shown->grid_size = (struct fake_dimensions){launch->grid[0], launch->grid[1], launch->grid[2]};
    shown->synchronize = synchronize;
    shown->exchange = exchange;
    // Lanes that do not exist give what no result can hide.
    memset(exchanged, 0xFF, sizeof exchanged);
    launch_count++;
    busiest = 0;
    fake_watch_faults(&scheduler);
    run_grid(launch->grid);
    fake_stop_watching();
    if (!fake_fault()) {
        check_stacks();
        return fake_success;
    }
    fake_note_misuse("%s: %s at %p", kernel->name, fake_fault(), fake_fault_address());
    // The fibers of its block are left where they were.
    has_workers = false;
    int code = fake_fault_code();
    fake_set_sticky(code);
    return code;
}
