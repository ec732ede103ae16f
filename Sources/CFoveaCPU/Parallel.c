#include "Parallel.h"

// OpenMP's run-time library, declared by hand: -fopenmp would be an unsafe build flag. Calling the library makes the
// loops share oneDNN's team of threads instead of competing with it.
extern void omp_set_num_threads(int);
extern void omp_set_dynamic(int);
extern int omp_get_max_threads(void);
extern int omp_get_num_threads(void);
extern int omp_get_thread_num(void);
extern void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned);
extern void GOMP_barrier(void);

typedef struct {
    size_t count;
    fovea_loop_body body;
    const void *context;
} loop;

static void run_part(void *data) {
    const loop *whole = data;
    size_t parts = (size_t)omp_get_num_threads();
    size_t part = (size_t)omp_get_thread_num();
    size_t share = whole->count / parts;
    size_t rest = whole->count % parts;
    // The first `rest` parts are one iteration longer.
    size_t begin = part * share + (part < rest ? part : rest);
    size_t end = begin + share + (part < rest ? 1 : 0);
    if (begin < end) whole->body(begin, end, whole->context);
}

void fovea_set_thread_count(int count) {
    // With OMP_DYNAMIC the number would depend on the machine's load, and sums would be split differently in each run.
    omp_set_dynamic(0);
    omp_set_num_threads(count);
}

void fovea_parallel_for(size_t count, size_t grain, fovea_loop_body body, const void *context) {
    size_t threads = (size_t)omp_get_max_threads();
    size_t useful = grain == 0 ? count : count / grain;
    if (useful < threads) threads = useful;
    if (threads < 2) {
        if (count > 0) body(0, count, context);
        return;
    }
    loop whole = {count, body, context};
    GOMP_parallel(run_part, &whole, (unsigned)threads, 0);
}

size_t fovea_team_size(void) { return (size_t)omp_get_max_threads(); }

typedef struct {
    fovea_team_body body;
    const void *context;
} team_work;

static void run_member(void *data) {
    const team_work *work = data;
    work->body((size_t)omp_get_thread_num(), (size_t)omp_get_num_threads(), work->context);
}

void fovea_run_team(size_t members, fovea_team_body body, const void *context) {
    if (members < 2) {
        body(0, 1, context);
        return;
    }
    team_work work = {body, context};
    GOMP_parallel(run_member, &work, (unsigned)members, 0);
}

// Outside a team, returns at once.
void fovea_wait_for_team(void) { GOMP_barrier(); }
