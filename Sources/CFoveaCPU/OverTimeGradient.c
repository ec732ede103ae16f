#include "OverTimeRows.h"
#include "Parallel.h"

enum { tile_filters = 5, most_channels = 4 };
// A vector of sums takes at most this many terms before it is added up in double: errors do not grow with the data. And
// the rows that are read together stay in a core's own memory.
enum { most_terms = 64, near_floats = 1 << 17 };

typedef struct {
    fovea_over_time c;
    const float *sequences, *upstream;
    float *filters;
    // [tile, tap, filter of the tile, channel of the tile].
    double *sums;
    // The padded rows of a group of sequences for each member of the team.
    float *rows;
    size_t row, upstream_row, group, channel_tile, filter_tiles, channel_tiles;
} task;

typedef struct {
    size_t first_filter, filters, first_channel, channels;
} tile_place;

static tile_place place_of(const task *t, size_t tile) {
    size_t row = tile / t->channel_tiles, column = tile % t->channel_tiles;
    size_t filter = t->c.filters * row / t->filter_tiles, channel = t->c.channels * column / t->channel_tiles;
    return (tile_place){
        filter, t->c.filters * (row + 1) / t->filter_tiles - filter, channel,
        t->c.channels * (column + 1) / t->channel_tiles - channel};
}

typedef struct {
    // Of the upstream gradient: vectors from `begin` to before `end`, in `count` sequences.
    size_t begin, end, count;
} step_range;

// Adds up products of a tile for one tap. Filters that a tile lacks are its last one again. `channels` is a literal in every
// call.
ALWAYS_INLINE void add_products(
    const task *t, const float *x, const float *upstream, step_range steps, tile_place place, size_t tap,
    const int channels, double *sums) {
    vector products[tile_filters][most_channels];
    UNROLL
    for (int f = 0; f < tile_filters; f++) {
        UNROLL
        for (int j = 0; j < channels; j++) products[f][j] = (vector){0};
    }
    for (size_t number = 0; number < steps.count; number++) {
        const float *dy[tile_filters];
        UNROLL
        for (int f = 0; f < tile_filters; f++) {
            size_t filter = place.first_filter + smaller((size_t)f, place.filters - 1);
            dy[f] = upstream + (number * t->c.filters + filter) * t->upstream_row;
        }
        const float *from = x + (number * t->c.channels + place.first_channel) * t->row + tap * t->c.dilation;
        for (size_t step = steps.begin; step < steps.end; step += vector_lanes) {
            vector gradients[tile_filters];
            UNROLL
            for (int f = 0; f < tile_filters; f++) gradients[f] = *(const unaligned_vector *)(dy[f] + step);
            UNROLL
            for (int j = 0; j < channels; j++) {
                vector value = *(const unaligned_vector *)(from + (size_t)j * t->row + step);
                UNROLL
                for (int f = 0; f < tile_filters; f++) products[f][j] += gradients[f] * value;
            }
        }
    }
    UNROLL
    for (int f = 0; f < tile_filters; f++) {
        UNROLL
        for (int j = 0; j < channels; j++) sums[f * most_channels + j] += (double)sum_of_lanes(&products[f][j]);
    }
}

// The products of a tile for all taps and a group of sequences.
ALWAYS_INLINE void add_group(
    const task *t, const float *x, const float *upstream, size_t count, tile_place place, const int channels,
    double *sums) {
    const fovea_over_time *c = &t->c;
    for (size_t tap = 0; tap < c->taps; tap++, sums += tile_filters * most_channels) {
        // Where the tap sees the sequence; elsewhere it sees zeros.
        ptrdiff_t first = c->before - (ptrdiff_t)(tap * c->dilation), last = first + (ptrdiff_t)c->steps;
        size_t begin = first < 0 ? 0 : (size_t)first / vector_lanes * vector_lanes;
        size_t end = last < 0 ? 0 : smaller(divide_up((size_t)last, vector_lanes) * vector_lanes, t->upstream_row);
        for (; begin < end; begin += most_terms * vector_lanes) {
            step_range steps = {begin, smaller(begin + most_terms * vector_lanes, end), count};
            add_products(t, x, upstream, steps, place, tap, channels, sums);
        }
    }
}

static void write_filters(const task *t, tile_place place, const double *sums) {
    const fovea_over_time *c = &t->c;
    for (size_t tap = 0; tap < c->taps; tap++, sums += tile_filters * most_channels) {
        for (size_t f = 0; f < place.filters; f++) {
            for (size_t j = 0; j < place.channels; j++) {
                size_t filter = place.first_filter + f, channel = place.first_channel + j;
                t->filters[(filter * c->channels + channel) * c->taps + tap] = (float)sums[f * most_channels + j];
            }
        }
    }
}

static size_t row_count(const task *t) { return t->c.channels * t->row + t->c.filters * t->upstream_row; }

static size_t tile_sums(const task *t) { return t->c.taps * tile_filters * most_channels; }

WIDE_TEAM(differentiate) {
    const task *t = context;
    const fovea_over_time *c = &t->c;
    float *x = t->rows + member * t->group * row_count(t), *upstream = x + t->group * c->channels * t->row;
    size_t tiles = t->filter_tiles * t->channel_tiles;
    size_t begin = tiles * member / members, end = tiles * (member + 1) / members;
    memset(t->sums + begin * tile_sums(t), 0, (end - begin) * tile_sums(t) * sizeof(double));
    for (size_t first = 0; first < c->sequences; first += t->group) {
        size_t count = smaller(t->group, c->sequences - first);
        for (size_t i = 0; i < count; i++) {
            copy_padded_rows(c, t->sequences, first + i, t->row, x + i * c->channels * t->row);
            for (size_t f = 0; f < c->filters; f++) {
                const float *from = t->upstream + ((first + i) * c->filters + f) * c->result_steps;
                copy_padded(from, c->result_steps, 0, t->upstream_row, upstream + (i * c->filters + f) * t->upstream_row);
            }
        }
        for (size_t tile = begin; tile < end; tile++) {
            tile_place place = place_of(t, tile);
            double *sums = t->sums + tile * tile_sums(t);
            switch (place.channels) {
#define CASE(number) case number: add_group(t, x, upstream, count, place, number, sums); break;
            CASE(1) CASE(2) CASE(3) CASE(4)
#undef CASE
            }
        }
    }
    for (size_t tile = begin; tile < end; tile++) write_filters(t, place_of(t, tile), t->sums + tile * tile_sums(t));
}

static task make_task(const fovea_over_time *c) {
    task t = {.c = *c};
    t.upstream_row = divide_up(c->result_steps, vector_lanes) * vector_lanes;
    t.row = t.upstream_row + (c->taps - 1) * c->dilation;
    t.filter_tiles = divide_up(c->filters, tile_filters);
    t.channel_tiles = divide_up(c->channels, has_wide_registers() ? most_channels : 1);
    size_t by_terms = most_terms * vector_lanes / t.upstream_row, by_memory = near_floats / row_count(&t);
    t.group = smaller(smaller(by_terms, by_memory), c->sequences);
    if (t.group == 0) t.group = 1;
    return t;
}

// In floats; rounded up, so that what follows is aligned as vectors are.
static size_t sum_floats(const task *t) {
    size_t floats = 2 * t->filter_tiles * t->channel_tiles * tile_sums(t);
    return divide_up(floats, vector_lanes) * vector_lanes;
}

size_t fovea_over_time_gradient_scratch(const fovea_over_time *c) {
    task t = make_task(c);
    return sum_floats(&t) + fovea_team_size() * t.group * row_count(&t);
}

void fovea_over_time_filter_gradient(
    const fovea_over_time *c, const float *sequences, const float *upstream, float *filters, float *scratch) {
    task t = make_task(c);
    t.sequences = sequences;
    t.upstream = upstream;
    t.filters = filters;
    // Safe: the scratch memory is aligned as vectors are, and doubles come first.
    t.sums = (double *)scratch;
    t.rows = scratch + sum_floats(&t);
    fovea_run_team(smaller(fovea_team_size(), t.filter_tiles * t.channel_tiles), differentiate, &t);
}
