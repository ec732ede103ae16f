#include <math.h>
#include <string.h>

#include "Parallel.h"
#include "Sequences.h"
#include "Sizes.h"
#include "Vectors.h"

// Sums of this many numbers are taken in float, and added up in double.
enum { run_length = 64 };

typedef struct {
    const fovea_sequences *s;
    float epsilon;
    const float *x, *scale, *bias, *upstream;
    float *y, *mean, *variance, *for_scale, *for_bias;
} task;

static size_t valid_steps(const fovea_sequences *s, size_t number) {
    return s->lengths[number] < 0 ? 0 : smaller((size_t)s->lengths[number], s->steps);
}

static size_t place(const fovea_sequences *s, size_t number, size_t channel) {
    return (number * s->channels + channel) * s->steps;
}

ALWAYS_INLINE double sum(const float *x, size_t count) {
    double total = 0;
    for (size_t start = 0; start < count; start += run_length) {
        float part[vector_lanes] = {0};
        size_t end = smaller(start + run_length, count), step = start;
        for (; step + vector_lanes <= end; step += vector_lanes) {
            for (size_t lane = 0; lane < vector_lanes; lane++) part[lane] += x[step + lane];
        }
        for (size_t lane = 0; step < end; step++, lane++) part[lane] += x[step];
        for (size_t lane = 0; lane < vector_lanes; lane++) total += part[lane];
    }
    return total;
}

ALWAYS_INLINE double sum_of_products(const float *x, float shift, const float *other, float other_shift, size_t count) {
    double total = 0;
    for (size_t start = 0; start < count; start += run_length) {
        float part[vector_lanes] = {0};
        size_t end = smaller(start + run_length, count), step = start;
        for (; step + vector_lanes <= end; step += vector_lanes) {
            for (size_t lane = 0; lane < vector_lanes; lane++) {
                part[lane] += (x[step + lane] - shift) * (other[step + lane] - other_shift);
            }
        }
        for (size_t lane = 0; step < end; step++, lane++) part[lane] += (x[step] - shift) * (other[step] - other_shift);
        for (size_t lane = 0; lane < vector_lanes; lane++) total += part[lane];
    }
    return total;
}

static double step_count(const fovea_sequences *s) {
    double count = 0;
    for (size_t number = 0; number < s->count; number++) count += (double)valid_steps(s, number);
    return count < 1 ? 1 : count;
}

WIDE_LOOP(normalize) {
    const task *t = context;
    const fovea_sequences *s = t->s;
    double count = step_count(s);
    for (size_t channel = begin; channel < end; channel++) {
        double total = 0, squares = 0;
        for (size_t number = 0; number < s->count; number++) {
            total += sum(t->x + place(s, number, channel), valid_steps(s, number));
        }
        float mean = (float)(total / count);
        for (size_t number = 0; number < s->count; number++) {
            const float *x = t->x + place(s, number, channel);
            squares += sum_of_products(x, mean, x, mean, valid_steps(s, number));
        }
        float variance = (float)(squares / count);
        float factor = t->scale[channel] / sqrtf(variance + t->epsilon), bias = t->bias[channel];
        for (size_t number = 0; number < s->count; number++) {
            size_t row = place(s, number, channel), valid = valid_steps(s, number);
            for (size_t step = 0; step < valid; step++) t->y[row + step] = (t->x[row + step] - mean) * factor + bias;
            memset(t->y + row + valid, 0, (s->steps - valid) * sizeof(float));
        }
        t->mean[channel] = mean;
        t->variance[channel] = variance;
    }
}

WIDE_LOOP(normalize_gradient) {
    const task *t = context;
    const fovea_sequences *s = t->s;
    double count = step_count(s);
    for (size_t channel = begin; channel < end; channel++) {
        double for_bias = 0, products = 0;
        float mean = t->mean[channel], inverse = 1 / sqrtf(t->variance[channel] + t->epsilon);
        for (size_t number = 0; number < s->count; number++) {
            size_t row = place(s, number, channel), valid = valid_steps(s, number);
            for_bias += sum(t->upstream + row, valid);
            products += sum_of_products(t->x + row, mean, t->upstream + row, 0, valid);
        }
        float for_scale = (float)(products * inverse);
        float shift = (float)(for_bias / count), slope = (float)(products * inverse * inverse / count);
        float factor = t->scale[channel] * inverse;
        for (size_t number = 0; number < s->count; number++) {
            size_t row = place(s, number, channel), valid = valid_steps(s, number);
            for (size_t step = row; step < row + valid; step++) {
                t->y[step] = factor * (t->upstream[step] - shift - (t->x[step] - mean) * slope);
            }
            memset(t->y + row + valid, 0, (s->steps - valid) * sizeof(float));
        }
        t->for_scale[channel] = for_scale;
        t->for_bias[channel] = (float)for_bias;
    }
}

// Below this many numbers, a second thread costs more than it saves.
static const size_t grain_numbers = 16384;

static void over_channels(const fovea_sequences *s, fovea_loop_body body, const task *t) {
    fovea_parallel_for(s->channels, grain_numbers / (s->count * s->steps + 1) + 1, body, t);
}

void fovea_normalize_sequences(
    const fovea_sequences *s, float epsilon, const float *x, const float *scale, const float *bias, float *y,
    float *mean, float *variance) {
    task t = {.s = s, .epsilon = epsilon, .x = x, .scale = scale, .bias = bias, .y = y, .mean = mean,
              .variance = variance};
    over_channels(s, normalize, &t);
}

void fovea_normalize_sequences_gradient(
    const fovea_sequences *s, float epsilon, const float *x, const float *scale, const float *mean,
    const float *variance, const float *upstream, float *for_x, float *for_scale, float *for_bias) {
    task t = {.s = s, .epsilon = epsilon, .x = x, .scale = scale, .upstream = upstream, .y = for_x,
              .mean = (float *)mean, .variance = (float *)variance, .for_scale = for_scale, .for_bias = for_bias};
    over_channels(s, normalize_gradient, &t);
}
