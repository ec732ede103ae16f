#include "Normalization.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "Parallel.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define WIDTH 16

// 16 floats at any address: the lanes of a block for one pixel, or for several pixels where there are fewer lanes.
typedef float vector __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

// Sums are taken in float over so many vectors, then in double. The first run is shorter: its deviations are taken from a
// single pixel, which may be far from the others.
static const size_t run_length = 256, first_run_length = 16;
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

static size_t block_count(const fovea_normalization *n) { return (n->channels + n->lanes - 1) / n->lanes; }

// A function of the shape alone, so that the sums do not depend on the number of threads.
static size_t part_count(const fovea_normalization *n) {
    size_t parts = n->images * n->pixels * n->lanes / part_floats;
    return parts < 1 ? 1 : parts > most_parts ? most_parts : parts;
}

size_t fovea_normalization_workspace(const fovea_normalization *n) {
    size_t blocks = block_count(n);
    return blocks * sizeof(parameters) + blocks * part_count(n) * sizeof(partial);
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
    for (size_t lane = 0; lane < lanes; lane++) folded[lane] = 0;
    for (size_t lane = 0; lane < WIDTH; lane++) folded[lane & (lanes - 1)] += (*v)[lane];
}

// `rectifier` is a literal where these are called.
ALWAYS_INLINE void rectify(fovea_rectifier rectifier, vector *v) {
    // One comparison per bound, false for NaN, so that NaN passes through.
    if (rectifier != fovea_no_rectifier) *v = (vector)((mask)*v & ~(*v < 0));
    if (rectifier == fovea_rectify_to_6) {
        mask above = *v > 6;
        vector six = *v * 0 + 6;
        *v = (vector)(((mask)*v & ~above) | ((mask)six & above));
    }
}

ALWAYS_INLINE void rectify_gradient(fovea_rectifier rectifier, const vector *y, vector *g) {
    if (rectifier == fovea_no_rectifier) return;
    mask flat = *y <= 0;
    if (rectifier == fovea_rectify_to_6) flat |= *y >= 6;
    vector ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    *g *= (vector)((mask)ones & ~flat);
}

// MARK: The statistics

ALWAYS_INLINE void add_deviation(const float *x, size_t width, const vector *shift, vector *sum, vector *squares) {
    vector v = *shift;
    read(x, width, &v);
    v -= *shift;
    *sum += v;
    *squares += v * v;
}

ALWAYS_INLINE void add_deviations(
    const float *x, size_t count, size_t step, size_t width, const vector *shift, vector *sum, vector *squares) {
    // Two sums of each kind, so that an addition need not wait for the one before.
    vector from = *shift, even = *sum, even_squares = *squares, odd = {0}, odd_squares = {0};
    size_t i = 0;
    for (; i + 1 < count; i += 2) {
        add_deviation(x + i * step, width, &from, &even, &even_squares);
        add_deviation(x + (i + 1) * step, width, &from, &odd, &odd_squares);
    }
    if (i < count) add_deviation(x + i * step, width, &from, &even, &even_squares);
    *sum = even + odd;
    *squares = even_squares + odd_squares;
}

// Adds the mean and the squared deviations of `added` numbers to those of `count` (Chan, Golub and LeVeque, 1983).
ALWAYS_INLINE void merge(
    double count, double added, double mean, double deviations, double *total_mean, double *total_deviations) {
    double distance = mean - *total_mean;
    *total_mean += distance * (added / (count + added));
    *total_deviations += deviations + distance * distance * (count * added / (count + added));
}

// Deviations are taken from the mean so far, so that the difference of the two sums loses no digits.
ALWAYS_INLINE void measure_part(const task *t, size_t block, size_t part) {
    const fovea_normalization *n = t->n;
    size_t lanes = n->lanes, begin, end;
    find_part(t, part, &begin, &end);
    partial *result = &t->partials[block * t->parts + part];
    memset(result, 0, sizeof *result);
    vector shift = {0}, sum = {0}, squares = {0};
    double count = 0;
    size_t pending = 0;
    for (size_t pixel = begin; pixel < end;) {
        size_t length = count == 0 ? first_run_length : run_length;
        stretch s;
        find_stretch(n, block, pixel, end, length, &s);
        const float *x = t->x + s.offset;
        if (pixel == begin) {
            size_t channels = s.width < lanes ? s.width : lanes;
            for (size_t lane = 0; lane < WIDTH; lane++) shift[lane] = (lane & (lanes - 1)) < channels ? x[lane & (lanes - 1)] : 0;
        }
        if (s.width == WIDTH) add_deviations(x, s.count, s.step, WIDTH, &shift, &sum, &squares);
        else add_deviations(x, s.count, s.step, s.width, &shift, &sum, &squares);
        if (s.rest > 0) add_deviations(x + s.count * s.step, 1, 0, s.rest, &shift, &sum, &squares);
        pixel += s.pixels;
        pending += s.pixels;
        if (pending * lanes < length * WIDTH && pixel < end) continue;
        double sums[WIDTH], square_sums[WIDTH], added = (double)pending;
        fold(&sum, lanes, sums);
        fold(&squares, lanes, square_sums);
        for (size_t lane = 0; lane < lanes; lane++) {
            double mean = sums[lane] / added;
            merge(count, added, (double)shift[lane] + mean, square_sums[lane] - sums[lane] * mean,
                  &result->first[lane], &result->second[lane]);
        }
        for (size_t lane = 0; lane < WIDTH; lane++) shift[lane] = (float)result->first[lane & (lanes - 1)];
        sum = squares = (vector){0};
        count += added;
        pending = 0;
    }
}

// How a channel is normalized, from its statistics as they are handed back: the gradient finds the same bits.
ALWAYS_INLINE void find_parameters(
    const task *t, size_t channel, const float *mean, const float *variance, size_t lane, parameters *p) {
    p->mean[lane] = mean[channel];
    p->factor[lane] = (float)(t->scale[channel] / sqrt(variance[channel] + t->n->epsilon));
    if (t->bias != NULL) p->offset[lane] = t->bias[channel];
}

ALWAYS_INLINE void finish_statistics(const task *t, size_t block) {
    const fovea_normalization *n = t->n;
    parameters *p = &t->parameters[block];
    memset(p, 0, sizeof *p);
    double mean[WIDTH] = {0}, deviations[WIDTH] = {0}, count = 0;
    for (size_t part = 0; part < t->parts; part++) {
        size_t begin, end;
        find_part(t, part, &begin, &end);
        const partial *measured = &t->partials[block * t->parts + part];
        double added = (double)(end - begin);
        for (size_t lane = 0; lane < n->lanes; lane++) {
            merge(count, added, measured->first[lane], measured->second[lane], &mean[lane], &deviations[lane]);
        }
        count += added;
    }
    for (size_t lane = 0; lane < WIDTH; lane++) {
        size_t of_block = lane & (n->lanes - 1), channel = block * n->lanes + of_block;
        if (channel >= n->channels) continue;
        t->mean[channel] = (float)mean[of_block];
        t->variance[channel] = (float)(deviations[of_block] / count);
        find_parameters(t, channel, t->mean, t->variance, lane, p);
    }
}

// MARK: The result

ALWAYS_INLINE void normalize(
    const task *t, const parameters *p, size_t offset, size_t count, size_t step, size_t width, int is_streamed,
    fovea_rectifier rectifier) {
    const float *x = t->x + offset, *residual = t->residual == NULL ? NULL : t->residual + offset;
    float *y = t->result + offset;
    vector mean = p->mean, factor = p->factor, bias = p->offset;
    for (size_t i = 0; i < count; i++) {
        vector v = mean;
        read(x + i * step, width, &v);
        v = (v - mean) * factor + bias;
        if (residual != NULL) {
            vector r = {0};
            read(residual + i * step, width, &r);
            v += r;
        }
        rectify(rectifier, &v);
        write(y + i * step, width, is_streamed, &v);
    }
}

ALWAYS_INLINE void normalize_part(const task *t, size_t block, size_t part, fovea_rectifier rectifier) {
    const parameters *p = &t->parameters[block];
    size_t begin, end;
    find_part(t, part, &begin, &end);
    for (size_t pixel = begin; pixel < end;) {
        stretch s;
        find_stretch(t->n, block, pixel, end, run_length, &s);
        if (t->is_streamed) normalize(t, p, s.offset, s.count, s.step, WIDTH, 1, rectifier);
        else if (s.width == WIDTH) normalize(t, p, s.offset, s.count, s.step, WIDTH, 0, rectifier);
        else normalize(t, p, s.offset, s.count, s.step, s.width, 0, rectifier);
        if (s.rest > 0) normalize(t, p, s.offset + s.count * s.step, 1, 0, s.rest, 0, rectifier);
        pixel += s.pixels;
    }
}

// MARK: The sums of the gradient

// g for one vector: the upstream gradient where the result, made again from the deviation from the mean, was not cut off.
ALWAYS_INLINE void rectify_again(fovea_rectifier rectifier, const vector *deviation, const parameters *p, vector *g) {
    if (rectifier == fovea_no_rectifier) return;
    vector y = *deviation * p->factor + p->offset;
    rectify_gradient(rectifier, &y, g);
}

// `is_staged` is a literal: whether g is put together from several tensors, and written for the second loop.
ALWAYS_INLINE void add_gradients(
    const task *t, const parameters *p, size_t offset, size_t count, size_t step, size_t width, int is_staged,
    fovea_rectifier rectifier, vector *sum, vector *products) {
    const float *x = t->x + offset, *upstream = t->upstream + offset;
    const float *y = t->y == NULL ? NULL : t->y + offset;
    const float *second = t->second_upstream == NULL ? NULL : t->second_upstream + offset;
    vector sums = *sum, product_sums = *products;
    parameters local = *p;
    for (size_t i = 0; i < count; i++) {
        vector g = {0}, v = local.mean;
        read(upstream + i * step, width, &g);
        read(x + i * step, width, &v);
        v -= local.mean;
        if (is_staged) {
            if (second != NULL) {
                vector other = {0};
                read(second + i * step, width, &other);
                g += other;
            }
            if (y != NULL) {
                vector result = {0};
                read(y + i * step, width, &result);
                rectify_gradient(rectifier, &result, &g);
            } else {
                rectify_again(rectifier, &v, &local, &g);
            }
            write(t->staged + offset + i * step, width, 0, &g);
        } else {
            rectify_again(rectifier, &v, &local, &g);
        }
        sums += g;
        product_sums += g * v;
    }
    *sum = sums;
    *products = product_sums;
}

ALWAYS_INLINE void add_gradients_of_part(
    const task *t, size_t block, size_t part, int is_staged, fovea_rectifier rectifier) {
    const fovea_normalization *n = t->n;
    size_t lanes = n->lanes, begin, end;
    find_part(t, part, &begin, &end);
    partial *result = &t->partials[block * t->parts + part];
    memset(result, 0, sizeof *result);
    vector sum = {0}, products = {0};
    parameters p = {0};
    for (size_t lane = 0; lane < WIDTH; lane++) {
        size_t channel = block * lanes + (lane & (lanes - 1));
        if (channel < n->channels) find_parameters(t, channel, t->given_mean, t->given_variance, lane, &p);
    }
    size_t pending = 0;
    for (size_t pixel = begin; pixel < end;) {
        stretch s;
        find_stretch(n, block, pixel, end, run_length, &s);
        if (s.width == WIDTH) {
            add_gradients(t, &p, s.offset, s.count, s.step, WIDTH, is_staged, rectifier, &sum, &products);
        } else {
            add_gradients(t, &p, s.offset, s.count, s.step, s.width, is_staged, rectifier, &sum, &products);
        }
        if (s.rest > 0) {
            size_t offset = s.offset + s.count * s.step;
            add_gradients(t, &p, offset, 1, 0, s.rest, is_staged, rectifier, &sum, &products);
        }
        pixel += s.pixels;
        pending += s.pixels;
        if (pending * lanes < run_length * WIDTH && pixel < end) continue;
        double sums[WIDTH], product_sums[WIDTH];
        fold(&sum, lanes, sums);
        fold(&products, lanes, product_sums);
        for (size_t lane = 0; lane < lanes; lane++) {
            result->first[lane] += sums[lane];
            result->second[lane] += product_sums[lane];
        }
        sum = products = (vector){0};
        pending = 0;
    }
}

ALWAYS_INLINE void finish_sums(const task *t, size_t block) {
    const fovea_normalization *n = t->n;
    parameters *p = &t->parameters[block];
    memset(p, 0, sizeof *p);
    double sums[WIDTH] = {0}, products[WIDTH] = {0}, count = (double)(n->images * n->pixels);
    for (size_t part = 0; part < t->parts; part++) {
        const partial *added = &t->partials[block * t->parts + part];
        for (size_t lane = 0; lane < n->lanes; lane++) {
            sums[lane] += added->first[lane];
            products[lane] += added->second[lane];
        }
    }
    for (size_t lane = 0; lane < WIDTH; lane++) {
        size_t of_block = lane & (n->lanes - 1), channel = block * n->lanes + of_block;
        if (channel >= n->channels) continue;
        find_parameters(t, channel, t->given_mean, t->given_variance, lane, p);
        double inverse = 1 / sqrt(t->given_variance[channel] + n->epsilon);
        p->average[lane] = (float)(sums[of_block] / count);
        p->slope[lane] = (float)(products[of_block] * inverse * inverse / count);
        t->dbias[channel] = (float)sums[of_block];
        t->dscale[channel] = (float)(products[of_block] * inverse);
    }
}

// MARK: The gradient

ALWAYS_INLINE void differentiate(
    const task *t, const parameters *p, size_t offset, size_t count, size_t step, size_t width, int is_streamed,
    fovea_rectifier rectifier) {
    const float *x = t->x + offset;
    const float *gradient = (t->staged == NULL ? t->upstream : t->staged) + offset;
    float *dx = t->result + offset;
    parameters local = *p;
    for (size_t i = 0; i < count; i++) {
        vector g = {0}, v = local.mean;
        read(gradient + i * step, width, &g);
        read(x + i * step, width, &v);
        v -= local.mean;
        rectify_again(rectifier, &v, &local, &g);
        v = local.factor * (g - local.average - v * local.slope);
        write(dx + i * step, width, is_streamed, &v);
    }
}

ALWAYS_INLINE void differentiate_part(const task *t, size_t block, size_t part, fovea_rectifier rectifier) {
    const parameters *p = &t->parameters[block];
    size_t begin, end;
    find_part(t, part, &begin, &end);
    for (size_t pixel = begin; pixel < end;) {
        stretch s;
        find_stretch(t->n, block, pixel, end, run_length, &s);
        if (t->is_streamed) differentiate(t, p, s.offset, s.count, s.step, WIDTH, 1, rectifier);
        else if (s.width == WIDTH) differentiate(t, p, s.offset, s.count, s.step, WIDTH, 0, rectifier);
        else differentiate(t, p, s.offset, s.count, s.step, s.width, 0, rectifier);
        if (s.rest > 0) differentiate(t, p, s.offset + s.count * s.step, 1, 0, s.rest, 0, rectifier);
        pixel += s.pixels;
    }
}

// MARK: Sharing the work

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

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

ALWAYS_INLINE void measure_rectifying(const task *t, size_t member, size_t members, fovea_rectifier rectifier) {
#define NORMALIZE_PART(t, block, part) normalize_part(t, block, part, rectifier)
    FOR_EACH_PHASE(measure_part, finish_statistics, NORMALIZE_PART)
}

WIDE_VECTORS static void normalize_all(size_t member, size_t members, const void *context) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: measure_rectifying(t, member, members, fovea_no_rectifier); break;
    case fovea_rectify: measure_rectifying(t, member, members, fovea_rectify); break;
    case fovea_rectify_to_6: measure_rectifying(t, member, members, fovea_rectify_to_6); break;
    }
}

ALWAYS_INLINE void add_rectifying(
    const task *t, size_t member, size_t members, int is_staged, fovea_rectifier rectifier) {
#define ADD_GRADIENTS_OF_PART(t, block, part) add_gradients_of_part(t, block, part, is_staged, rectifier)
#define DIFFERENTIATE_PART(t, block, part) differentiate_part(t, block, part, is_staged ? fovea_no_rectifier : rectifier)
    FOR_EACH_PHASE(ADD_GRADIENTS_OF_PART, finish_sums, DIFFERENTIATE_PART)
}

WIDE_VECTORS static void differentiate_staged(size_t member, size_t members, const void *context) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: add_rectifying(t, member, members, 1, fovea_no_rectifier); break;
    case fovea_rectify: add_rectifying(t, member, members, 1, fovea_rectify); break;
    case fovea_rectify_to_6: add_rectifying(t, member, members, 1, fovea_rectify_to_6); break;
    }
}

WIDE_VECTORS static void differentiate_directly(size_t member, size_t members, const void *context) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: add_rectifying(t, member, members, 0, fovea_no_rectifier); break;
    case fovea_rectify: add_rectifying(t, member, members, 0, fovea_rectify); break;
    case fovea_rectify_to_6: add_rectifying(t, member, members, 0, fovea_rectify_to_6); break;
    }
}

// Fills in what both directions share and runs the loops. `reread` tensors are read again by the second loop.
static void run(task *t, void *workspace, size_t reread, int is_in_place, fovea_team_body body) {
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

void fovea_normalize(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *residual, float *y,
    float *mean, float *variance, void *workspace) {
    task t = {
        .n = n, .x = x, .scale = scale, .bias = bias, .residual = residual, .result = y, .mean = mean,
        .variance = variance,
    };
    run(&t, workspace, 1, y == x || y == residual, normalize_all);
}

void fovea_normalize_gradient(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, const float *y, const float *upstream, const float *second_upstream, float *dx, float *dscale,
    float *dbias, float *rectified, void *workspace) {
    // The second loop needs g again. Where that takes more than x and one gradient, it is kept meanwhile: as the result
    // that it is, or where dx will be.
    int is_staged = y != NULL || second_upstream != NULL || rectified != NULL;
    task t = {
        .n = n, .x = x, .scale = scale, .bias = bias, .given_mean = mean, .given_variance = variance, .y = y,
        .upstream = upstream, .second_upstream = second_upstream, .result = dx, .dscale = dscale, .dbias = dbias,
        .staged = rectified != NULL ? rectified : is_staged ? dx : NULL,
    };
    run(&t, workspace, 2, dx == x || dx == upstream || dx == t.staged,
        is_staged ? differentiate_staged : differentiate_directly);
}
