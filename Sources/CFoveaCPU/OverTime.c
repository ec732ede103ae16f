#include "OverTime.h"

#include <string.h>

#include "OverTimeRows.h"
#include "Parallel.h"
#include "Sizes.h"
#include "Vectors.h"

enum { most_filters = 6, most_vectors = 4 };

typedef struct {
    fovea_over_time c;
    const float *sequences, *weights, *bias;
    bool adds, rectified;
    float *results;
    // The padded rows of one sequence for each member of the team.
    float *rows;
    size_t row, filter_tiles;
    // How many vectors of steps are computed together.
    size_t vectors;
} task;

// MARK: Weights

// The filters are divided evenly among the fewest tiles, so that no tile is nearly empty.
static size_t first_filter(const task *t, size_t tile) { return t->c.filters * tile / t->filter_tiles; }

typedef struct {
    const task *t;
    const float *weights;
    bool transposed;
    float *packed;
} packing;

// Writes [tile of filters, channel, tap, filter of the tile].
static void pack_tiles(size_t begin, size_t end, const void *context) {
    const packing *p = context;
    const fovea_over_time *c = &p->t->c;
    for (size_t tile = begin; tile < end; tile++) {
        size_t first = first_filter(p->t, tile), last = first_filter(p->t, tile + 1);
        float *to = p->packed + first * c->channels * c->taps;
        for (size_t channel = 0; channel < c->channels; channel++) {
            for (size_t tap = 0; tap < c->taps; tap++) {
                for (size_t filter = first; filter < last; filter++) {
                    *to++ = p->transposed ? p->weights[(channel * c->filters + filter) * c->taps + c->taps - 1 - tap]
                                          : p->weights[(filter * c->channels + channel) * c->taps + tap];
                }
            }
        }
    }
}

// MARK: Products

// Some vectors of steps of the results of a tile of filters. `filters` and `vectors` are literals in every call.
ALWAYS_INLINE void convolve_steps(
    const task *t, const float *rows, size_t sequence, size_t first, size_t step, const int filters, const int vectors) {
    const fovea_over_time *c = &t->c;
    vector sums[most_filters][most_vectors];
    UNROLL
    for (int f = 0; f < filters; f++) {
        vector start = (vector){0} + (t->bias != NULL ? t->bias[first + (size_t)f] : 0.0f);
        UNROLL
        for (int v = 0; v < vectors; v++) sums[f][v] = start;
    }
    tap_range taps = taps_inside(c, step, (size_t)vectors * vector_lanes);
    const float *weights = t->weights + first * c->channels * c->taps;
    for (size_t channel = 0; channel < c->channels; channel++) {
        const float *x = rows + channel * t->row + step;
        const float *w = weights + channel * c->taps * (size_t)filters;
        for (size_t tap = taps.begin; tap < taps.end; tap++) {
            vector values[most_vectors];
            UNROLL
            for (int v = 0; v < vectors; v++) {
                values[v] = *(const unaligned_vector *)(x + tap * c->dilation + (size_t)v * vector_lanes);
            }
            UNROLL
            for (int f = 0; f < filters; f++) {
                float weight = w[tap * (size_t)filters + (size_t)f];
                UNROLL
                for (int v = 0; v < vectors; v++) sums[f][v] += weight * values[v];
            }
        }
    }
    UNROLL
    for (int f = 0; f < filters; f++) {
        float *to = t->results + (sequence * c->filters + first + (size_t)f) * c->result_steps + step;
        UNROLL
        for (int v = 0; v < vectors; v++, to += vector_lanes) {
            size_t from = step + (size_t)v * vector_lanes;
            size_t used = from < c->result_steps ? smaller(vector_lanes, c->result_steps - from) : 0;
            vector value = sums[f][v];
            if (t->adds) {
                vector before = {0};
                if (used == vector_lanes) before = *(const unaligned_vector *)to;
                else memcpy(&before, to, used * sizeof(float));
                value += before;
            }
            // NaN stays: it is not below zero.
            if (t->rectified) {
                for (int lane = 0; lane < vector_lanes; lane++) value[lane] = value[lane] < 0 ? 0 : value[lane];
            }
            if (used == vector_lanes) *(unaligned_vector *)to = value;
            else memcpy(to, &value, used * sizeof(float));
        }
    }
}

ALWAYS_INLINE void convolve_tile(
    const task *t, const float *rows, size_t sequence, size_t first, const int filters) {
    size_t all = divide_up(t->c.result_steps, vector_lanes), blocks = divide_up(all, t->vectors);
    for (size_t block = 0; block < blocks; block++) {
        // Evenly, as with filters.
        size_t begin = all * block / blocks, step = begin * vector_lanes;
        switch (all * (block + 1) / blocks - begin) {
#define CASE(count) case count: convolve_steps(t, rows, sequence, first, step, filters, count); break;
        CASE(1) CASE(2) CASE(3) CASE(4)
#undef CASE
        }
    }
}

WIDE_TEAM(convolve) {
    const task *t = context;
    float *rows = t->rows + member * t->c.channels * t->row;
    // The tiles of all sequences, of which each member has as many.
    size_t items = t->c.sequences * t->filter_tiles, copied = t->c.sequences;
    for (size_t item = items * member / members; item < items * (member + 1) / members; item++) {
        size_t sequence = item / t->filter_tiles, tile = item % t->filter_tiles;
        if (sequence != copied) copy_padded_rows(&t->c, t->sequences, sequence, t->row, rows);
        copied = sequence;
        size_t first = first_filter(t, tile);
        switch (first_filter(t, tile + 1) - first) {
#define CASE(count) case count: convolve_tile(t, rows, sequence, first, count); break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#undef CASE
        }
    }
}

static size_t padded_row(const fovea_over_time *c) {
    return divide_up(c->result_steps, vector_lanes) * vector_lanes + (c->taps - 1) * c->dilation;
}

static size_t weight_count(const fovea_over_time *c) {
    return divide_up(c->filters * c->channels * c->taps, vector_lanes) * vector_lanes;
}

size_t fovea_over_time_scratch(const fovea_over_time *c) {
    return weight_count(c) + fovea_team_size() * c->channels * padded_row(c);
}

void fovea_over_time_convolve(
    const fovea_over_time *c, const float *sequences, const float *weights, bool transposed, const float *bias, bool adds,
    bool rectified, float *results, float *scratch) {
    task t = {
        .c = *c, .sequences = sequences, .weights = scratch, .bias = bias, .adds = adds, .rectified = rectified,
        .results = results, .rows = scratch + weight_count(c), .row = padded_row(c),
        .filter_tiles = divide_up(c->filters, most_filters), .vectors = has_wide_registers() ? most_vectors : 1};
    packing p = {&t, weights, transposed, scratch};
    fovea_parallel_for(t.filter_tiles, 4, pack_tiles, &p);
    fovea_run_team(smaller(fovea_team_size(), c->sequences * t.filter_tiles), convolve, &t);
}
