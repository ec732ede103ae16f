// What both directions of batch normalization share: how they walk over memory in parts, and how threads share the parts.

#ifndef FOVEA_NORMALIZATION_WALK_H
#define FOVEA_NORMALIZATION_WALK_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "Normalization.h"
#include "Parallel.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define WIDTH 16

// 16 floats at any address: the lanes of a block for one pixel, or for several pixels where there are fewer lanes.
typedef float vector __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

// Sums are taken in float over so many vectors, in chunks that are added up first, and in double above. A sum of 8 sums of 8
// numbers of one sign is off by 14 units of 2⁻²⁴ at most, and by one more when it is rounded: less than a millionth, however
// many runs there are. The first run is shorter: its deviations are taken from a single pixel, which may be far from the
// others.
static const size_t run_length = 64, chunk_length = 8, most_additions = 8, first_run_length = 16;
// The floats that make a part of a block worth a thread's attention, and the most parts of a block.
static const size_t part_floats = 16384, most_parts = 32;
// The bytes per thread that are taken through both passes at a time: what the second one finds in the level-2 cache.
static const size_t phase_bytes = 512 << 10;
// Results of more bytes than this do not fit into any cache: they are written past it.
static const size_t streamed_bytes = 32 << 20;

// What each channel is multiplied with and so on, once for each lane of a vector.
typedef struct {
    vector mean, factor, offset;
    // Of the gradient only.
    vector average, slope;
} parameters;

// Two numbers per channel of a part of a block: mean and Σ(x − mean)², or Σg and Σg·(x − μ).
typedef struct {
    double first[WIDTH], second[WIDTH];
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

static inline size_t block_count(const fovea_normalization *n) { return (n->channels + n->lanes - 1) / n->lanes; }

// A function of the shape alone, so that the sums do not depend on the number of threads.
static inline size_t part_count(const fovea_normalization *n) {
    size_t parts = n->images * n->pixels * n->lanes / part_floats;
    return parts < 1 ? 1 : parts > most_parts ? most_parts : parts;
}

// MARK: Walking over a part of a block

// Pixels of one image: `count` vectors that lie `step` floats apart, each of `width` floats, and `rest` floats after them.
typedef struct {
    size_t offset, pixels;
    size_t count, step, width, rest;
} stretch;

// The next stretch of the pixels [pixel, end) of a block, numbered through all images.
ALWAYS_INLINE void find_stretch(
    const fovea_normalization *n, size_t block, size_t pixel, size_t end, size_t most_vectors, stretch *s) {
    size_t image = pixel / n->pixels, first = pixel % n->pixels;
    size_t pixels = n->pixels - first;
    if (pixels > end - pixel) pixels = end - pixel;
    s->offset = image * n->image_stride + block * n->block_stride + first * n->pixel_stride;
    if (n->pixel_stride == n->lanes) {
        size_t longest = most_vectors * WIDTH / n->lanes;
        if (pixels > longest) pixels = longest;
        s->count = pixels * n->lanes / WIDTH;
        s->step = s->width = WIDTH;
        s->rest = pixels * n->lanes % WIDTH;
    } else {
        if (pixels > most_vectors) pixels = most_vectors;
        size_t channels = n->channels - block * n->lanes;
        s->count = pixels;
        s->step = n->pixel_stride;
        s->width = channels < n->lanes ? channels : n->lanes;
        s->rest = 0;
    }
    s->pixels = pixels;
}

// How many sums a stretch adds to those of its run: of its chunks, and of what is left over.
ALWAYS_INLINE size_t additions_of(const stretch *s) {
    return s->count / chunk_length + (s->count % chunk_length > 0) + (s->rest > 0);
}

ALWAYS_INLINE void find_part(const task *t, size_t part, size_t *begin, size_t *end) {
    size_t pixels = t->n->images * t->n->pixels;
    *begin = pixels * part / t->parts;
    *end = pixels * (part + 1) / t->parts;
}

// Reads `width` floats; the lanes after them keep what they have.
ALWAYS_INLINE void read(const float *from, size_t width, vector *v) {
    if (width == WIDTH) *v = *(const vector *)from;
    else memcpy(v, from, width * sizeof(float));
}

ALWAYS_INLINE void write(float *to, size_t width, int is_streamed, const vector *v) {
    typedef float aligned_vector __attribute__((vector_size(4 * WIDTH), may_alias));
    if (is_streamed) __builtin_nontemporal_store(*v, (aligned_vector *)to);
    else if (width == WIDTH) *(vector *)to = *v;
    else memcpy(to, v, width * sizeof(float));
}

// The channel of a lane of a vector within its block is lane & (lanes - 1): there are 1, 2, 4, 8 or 16 lanes.
ALWAYS_INLINE void fold(const vector *v, size_t lanes, double *folded) {
    if (lanes == WIDTH) {
        for (size_t lane = 0; lane < WIDTH; lane++) folded[lane] = (*v)[lane];
        return;
    }
    for (size_t lane = 0; lane < lanes; lane++) folded[lane] = 0;
    for (size_t lane = 0; lane < WIDTH; lane++) folded[lane & (lanes - 1)] += (*v)[lane];
}

// How a channel is normalized, from its statistics as they are handed back: the gradient finds the same bits.
ALWAYS_INLINE void find_parameters(
    const task *t, size_t channel, const float *mean, const float *variance, size_t lane, parameters *p) {
    p->mean[lane] = mean[channel];
    p->factor[lane] = (float)(t->scale[channel] / sqrt(variance[channel] + t->n->epsilon));
    if (t->bias != NULL) p->offset[lane] = t->bias[channel];
}

// MARK: Sharing the work

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Writes the results of a part of a block: widths and the way of writing are literals where WRITE is called.
#define WRITE_PART(WRITE, t, block, part, rectifier)                                                                   \
    const parameters *p = &t->parameters[block];                                                                       \
    size_t begin, end;                                                                                                 \
    find_part(t, part, &begin, &end);                                                                                  \
    for (size_t pixel = begin; pixel < end;) {                                                                         \
        stretch s;                                                                                                     \
        find_stretch(t->n, block, pixel, end, run_length, &s);                                                         \
        if (t->is_streamed) WRITE(t, p, s.offset, s.count, s.step, WIDTH, 1, rectifier);                               \
        else if (s.width == WIDTH) WRITE(t, p, s.offset, s.count, s.step, WIDTH, 0, rectifier);                        \
        else WRITE(t, p, s.offset, s.count, s.step, s.width, 0, rectifier);                                            \
        if (s.rest > 0) WRITE(t, p, s.offset + s.count * s.step, 1, 0, s.rest, 0, rectifier);                          \
        pixel += s.pixels;                                                                                             \
    }

// Blocks are taken through all three loops phase by phase. In each, a thread has the same units, numbered part × block; it
// comes back to them in the opposite order, because the last ones are still in its cache.
#define FOR_EACH_PHASE(FIRST_LOOP, FINISH, SECOND_LOOP)                                                                  \
    for (size_t first = 0; first < t->blocks; first += t->blocks_per_phase) {                                            \
        size_t blocks = smaller(t->blocks_per_phase, t->blocks - first);                                                 \
        size_t units = blocks * t->parts;                                                                                \
        size_t begin = units * member / members, end = units * (member + 1) / members;                                   \
        for (size_t unit = begin; unit < end; unit++) FIRST_LOOP(t, first + unit % blocks, unit / blocks);               \
        fovea_wait_for_team();                                                                                           \
        for (size_t block = first + member; block < first + blocks; block += members) FINISH(t, block);                  \
        fovea_wait_for_team();                                                                                           \
        for (size_t unit = end; unit-- > begin;) SECOND_LOOP(t, first + unit % blocks, unit / blocks);                   \
    }

// Fills in what both directions share and runs the loops. `reread` tensors are read again by the second loop.
static inline void run(task *t, void *workspace, size_t reread, int is_in_place, fovea_team_body body) {
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
    // Blocks whose pixels lie among those of others are taken together, to read each cache line once.
    t->blocks_per_phase = n->pixel_stride != n->lanes ? t->blocks : fitting < 1 ? 1 : smaller(fitting, t->blocks);
    t->is_streamed = !is_in_place && n->lanes == WIDTH && n->pixel_stride == WIDTH &&
                     floats * t->blocks * sizeof(float) > streamed_bytes;
    fovea_run_team(team, body, t);
}

#endif
