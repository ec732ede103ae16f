// What both directions of batch normalization share: how they walk over memory in parts, and how threads
// share the parts.

#ifndef CFOVEACPU_NORMALIZATION_WALK_H
#define CFOVEACPU_NORMALIZATION_WALK_H

#include <math.h>
#include <string.h>

#include "Normalization.h"
#include "Parallel.h"
#include "Rectify.h"
#include "Sizes.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

// Vectors hold the lanes of a block for one pixel, or for several pixels if there are fewer lanes.

// A run of this many vectors is summed in float, in chunks that are then added; runs are added in double. A sum of 8
// sums of 8 numbers of one sign is off by at most 14 units of 2⁻²⁴, and by one more when it is rounded: less than a
// millionth, however many runs there are. The first run is shorter, because its deviations are taken from a single
// pixel, which may be far from the others.
static const size_t run_length = 64, chunk_length = 8, most_additions = 8, first_run_length = 16;
// How many floats make a part of a block worth a thread, and the most parts of a block.
static const size_t part_floats = 16384, most_parts = 32;
// How many bytes per thread go through both loops at a time: what the second loop still finds in the level-2 cache.
static const size_t phase_bytes = 512 << 10;
// Results of more bytes than this fit in no cache: they are written past it.
static const size_t streamed_bytes = 32 << 20;

// The numbers that a channel is normalized with, each repeated for every lane of a vector.
typedef struct {
    vector mean, factor, offset;
    // For the gradient only.
    vector average, slope;
} parameters;

// Two numbers for each channel of a part of a block: mean and Σ(x − mean)², or Σg and Σg·(x − μ).
typedef struct {
    double first[vector_lanes], second[vector_lanes];
} partial;

typedef struct {
    const fovea_normalization *n;
    size_t blocks, parts;
    size_t blocks_per_phase;
    parameters *parameters;
    partial *partials;
    const float *x, *scale, *bias, *residual, *y, *upstream, *second_upstream;
    const float *given_mean, *given_variance;
    float *result, *staged;
    float *mean, *variance;
    float *dscale, *dbias;
    int is_streamed;
} task;

static inline size_t block_count(const fovea_normalization *n) { return divide_up(n->channels, n->lanes); }

// Depends on the shape alone, so that the sums do not depend on the number of threads.
static inline size_t part_count(const fovea_normalization *n) {
    size_t parts = n->images * n->pixels * n->lanes / part_floats;
    return parts < 1 ? 1 : smaller(parts, most_parts);
}

// MARK: Walking over a part of a block

// Pixels of one image: `count` vectors of `width` floats that lie `step` floats apart, and `rest` floats after them.
typedef struct {
    size_t offset, pixels;
    size_t count, step, width, rest;
} segment;

// The first segment of the pixels [pixel, end) of a block; pixels are numbered through all images.
ALWAYS_INLINE segment next_segment(
    const fovea_normalization *n, size_t block, size_t pixel, size_t end, size_t most_vectors) {
    size_t image = pixel / n->pixels, first = pixel % n->pixels;
    size_t pixels = smaller(n->pixels - first, end - pixel);
    size_t offset = image * n->image_stride + block * n->block_stride + first * n->pixel_stride;
    if (n->pixel_stride == n->lanes) {
        pixels = smaller(pixels, most_vectors * vector_lanes / n->lanes);
        return (segment){
            .offset = offset, .pixels = pixels, .count = pixels * n->lanes / vector_lanes, .step = vector_lanes,
            .width = vector_lanes, .rest = pixels * n->lanes % vector_lanes,
        };
    }
    pixels = smaller(pixels, most_vectors);
    return (segment){
        .offset = offset, .pixels = pixels, .count = pixels, .step = n->pixel_stride,
        .width = smaller(n->channels - block * n->lanes, n->lanes), .rest = 0,
    };
}

// How many sums a segment adds to those of its run: one for each chunk, and one for the rest.
ALWAYS_INLINE size_t additions_of(const segment *s) { return divide_up(s->count, chunk_length) + (s->rest > 0); }

// The pixels of a part.
ALWAYS_INLINE void find_part(const task *t, size_t part, size_t *begin, size_t *end) {
    size_t pixels = t->n->images * t->n->pixels;
    *begin = pixels * part / t->parts;
    *end = pixels * (part + 1) / t->parts;
}

// Reads `width` floats; the other lanes keep their numbers.
ALWAYS_INLINE void load(const float *from, size_t width, vector *v) {
    if (width == vector_lanes) *v = *(const unaligned_vector *)from;
    else memcpy(v, from, width * sizeof(float));
}

ALWAYS_INLINE void store(float *to, size_t width, int is_streamed, const vector *v) {
    if (is_streamed) __builtin_nontemporal_store(*v, (vector *)to);
    else if (width == vector_lanes) *(unaligned_vector *)to = *v;
    else memcpy(to, v, width * sizeof(float));
}

// Lane i of a vector belongs to channel i & (lanes - 1) of its block, which has 1, 2, 4, 8 or 16 lanes.
ALWAYS_INLINE void fold(const vector *v, size_t lanes, double *folded) {
    if (lanes == vector_lanes) {
        for (size_t lane = 0; lane < vector_lanes; lane++) folded[lane] = (*v)[lane];
        return;
    }
    for (size_t lane = 0; lane < lanes; lane++) folded[lane] = 0;
    for (size_t lane = 0; lane < vector_lanes; lane++) folded[lane & (lanes - 1)] += (*v)[lane];
}

// Works from the statistics as they are returned, so that the gradient gets the same bits.
ALWAYS_INLINE void find_parameters(
    const task *t, size_t channel, const float *mean, const float *variance, size_t lane, parameters *p) {
    p->mean[lane] = mean[channel];
    p->factor[lane] = (float)(t->scale[channel] / sqrt(variance[channel] + t->n->epsilon));
    if (t->bias != NULL) p->offset[lane] = t->bias[channel];
}

// Writes the results of some vectors of a block.
typedef void (*vector_writer)(
    const task *t, const parameters *p, size_t offset, size_t count, size_t step, size_t width, int is_streamed,
    fovea_rectifier rectifier);

// `write` is a function that is inlined here, once for each combination of `width` and `is_streamed` as literals.
ALWAYS_INLINE void write_part(
    const task *t, size_t block, size_t part, fovea_rectifier rectifier, vector_writer write) {
    const parameters *p = &t->parameters[block];
    size_t begin, end;
    find_part(t, part, &begin, &end);
    for (size_t pixel = begin; pixel < end;) {
        segment s = next_segment(t->n, block, pixel, end, run_length);
        if (t->is_streamed) write(t, p, s.offset, s.count, s.step, vector_lanes, 1, rectifier);
        else if (s.width == vector_lanes) write(t, p, s.offset, s.count, s.step, vector_lanes, 0, rectifier);
        else write(t, p, s.offset, s.count, s.step, s.width, 0, rectifier);
        if (s.rest > 0) write(t, p, s.offset + s.count * s.step, 1, 0, s.rest, 0, rectifier);
        pixel += s.pixels;
    }
}

// MARK: Sharing the work

// Blocks that go through both loops together, and a thread's units [begin, end) of them. A unit is a part of a block:
// number part · blocks + block. The second loop takes a thread's units in reverse order, because the last ones are
// still in its cache.
typedef struct {
    size_t first, blocks;
    size_t begin, end;
} phase;

ALWAYS_INLINE phase find_phase(const task *t, size_t first, size_t member, size_t members) {
    size_t blocks = smaller(t->blocks_per_phase, t->blocks - first), units = blocks * t->parts;
    return (phase){first, blocks, units * member / members, units * (member + 1) / members};
}

ALWAYS_INLINE size_t block_of(const phase *p, size_t unit) { return p->first + unit % p->blocks; }
ALWAYS_INLINE size_t part_of(const phase *p, size_t unit) { return unit / p->blocks; }

// Completes a task with what both directions share, and runs it. The second loop reads `reread` tensors again.
static inline void run_task(task *t, void *workspace, size_t reread, int is_in_place, fovea_team_body body) {
    const fovea_normalization *n = t->n;
    t->blocks = block_count(n);
    t->parts = part_count(n);
    t->parameters = workspace;
    t->partials = (partial *)(t->parameters + t->blocks);
    size_t floats = n->images * n->pixels * n->lanes;
    size_t team = fovea_team_size();
    size_t useful = floats * t->blocks / part_floats;
    if (team > useful) team = useful < 1 ? 1 : useful;
    size_t fitting = team * phase_bytes / (floats * sizeof(float) * reread);
    // Blocks whose pixels lie among those of others are processed together, so that each cache line is read once.
    t->blocks_per_phase = n->pixel_stride != n->lanes ? t->blocks : fitting < 1 ? 1 : smaller(fitting, t->blocks);
    t->is_streamed = !is_in_place && n->lanes == vector_lanes && n->pixel_stride == vector_lanes &&
                     floats * t->blocks * sizeof(float) > streamed_bytes;
    fovea_run_team(team, body, t);
}

#endif
