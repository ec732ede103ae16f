#include "Ceilings.h"

#include "Parallel.h"
#include "Vectors.h"

enum { most_sums = 16, parts = 64 };

typedef struct {
    size_t rounds;
    // The results are written, so that the compiler cannot drop the loop.
    float *sink;
} task;

ALWAYS_INLINE void multiply_and_add(size_t begin, size_t end, const task *t, const int sums) {
    for (size_t part = begin; part < end; part++) {
        vector sum[most_sums];
        vector factor = (vector){0} + 0.999f, term = (vector){0} + 0.001f;
        UNROLL
        for (int i = 0; i < sums; i++) sum[i] = (vector){0} + (float)i;
        for (size_t round = 0; round < t->rounds; round++) {
            UNROLL
            for (int i = 0; i < sums; i++) sum[i] = sum[i] * factor + term;
        }
        UNROLL
        for (int i = 1; i < sums; i++) sum[0] += sum[i];
        t->sink[part * vector_lanes] = sum[0][0];
    }
}

// Enough independent sums to hide the latency of a multiply-add in two pipes, and few enough to stay in registers.
static int sum_count(void) {
    switch (fovea_processor_lanes()) {
    case 16: return most_sums;
    case 8: return 6;
    default: return 3;
    }
}

WIDE_LOOP(multiply_and_add_parts) {
    switch (sum_count()) {
    case most_sums: multiply_and_add(begin, end, context, most_sums); break;
    case 6: multiply_and_add(begin, end, context, 6); break;
    default: multiply_and_add(begin, end, context, 3);
    }
}

double fovea_multiply_and_add(size_t rounds) {
    float sink[parts * vector_lanes];
    task t = {rounds, sink};
    fovea_parallel_for(parts, 1, multiply_and_add_parts, &t);
    return 2.0 * vector_lanes * sum_count() * parts * (double)rounds;
}

typedef struct {
    float *elements;
    size_t passes;
} streamed;

WIDE_LOOP(stream) {
    const streamed *s = context;
    float *elements = s->elements;
    for (size_t pass = 0; pass < s->passes; pass++) {
        for (size_t i = begin; i < end; i++) elements[i] *= 2;
    }
}

void fovea_stream(float *elements, size_t count, size_t passes) {
    streamed s = {elements, passes};
    fovea_parallel_for(count, 0, stream, &s);
}

static void do_nothing(size_t member, size_t members, const void *context) {
    (void)member, (void)members, (void)context;
}

void fovea_synchronize(size_t times) {
    for (size_t i = 0; i < times; i++) fovea_run_team(fovea_team_size(), do_nothing, NULL);
}
