#include "Sequences.h"

#include <string.h>

#include "Parallel.h"
#include "Sizes.h"

// Below this many numbers, a second thread costs more than it saves.
static const size_t grain_numbers = 16384;

typedef struct {
    const fovea_sequences *s;
    const float *x;
    float fill;
    float *result;
} task;

static size_t valid_steps(const fovea_sequences *s, size_t number) {
    return s->lengths[number] < 0 ? 0 : smaller((size_t)s->lengths[number], s->steps);
}

static size_t grain_of(const fovea_sequences *s) { return grain_numbers / (s->steps + 1) + 1; }

static void over_rows(const fovea_sequences *s, fovea_loop_body body, const task *t) {
    fovea_parallel_for(s->count * s->channels, grain_of(s), body, t);
}

static void mask(size_t begin, size_t end, const void *context) {
    const task *t = context;
    size_t steps = t->s->steps;
    for (size_t row = begin; row < end; row++) {
        size_t valid = valid_steps(t->s, row / t->s->channels);
        memcpy(t->result + row * steps, t->x + row * steps, valid * sizeof(float));
        for (size_t step = valid; step < steps; step++) t->result[row * steps + step] = t->fill;
    }
}

void fovea_mask_sequences(const fovea_sequences *s, const float *x, float fill, float *y) {
    task t = {s, x, fill, y};
    over_rows(s, mask, &t);
}

static void means(size_t begin, size_t end, const void *context) {
    const task *t = context;
    for (size_t row = begin; row < end; row++) {
        size_t valid = valid_steps(t->s, row / t->s->channels);
        double sum = 0;
        for (size_t step = 0; step < valid; step++) sum += t->x[row * t->s->steps + step];
        t->result[row] = valid == 0 ? 0 : (float)(sum / (double)valid);
    }
}

void fovea_sequence_means(const fovea_sequences *s, const float *x, float *results) {
    task t = {s, x, 0, results};
    over_rows(s, means, &t);
}

static void mean_gradient(size_t begin, size_t end, const void *context) {
    const task *t = context;
    size_t steps = t->s->steps;
    for (size_t row = begin; row < end; row++) {
        size_t valid = valid_steps(t->s, row / t->s->channels);
        float share = valid == 0 ? 0 : t->x[row] / (float)valid;
        for (size_t step = 0; step < steps; step++) t->result[row * steps + step] = step < valid ? share : 0;
    }
}

void fovea_sequence_mean_gradient(const fovea_sequences *s, const float *upstream, float *gradient) {
    task t = {s, upstream, 0, gradient};
    over_rows(s, mean_gradient, &t);
}

void fovea_sequence_ends(const fovea_sequences *s, const float *x, float *ends) {
    for (size_t row = 0; row < s->count * s->channels; row++) {
        size_t valid = valid_steps(s, row / s->channels);
        ends[row] = valid == 0 ? 0 : x[row * s->steps + valid - 1];
    }
}

void fovea_sequence_end_gradient(const fovea_sequences *s, const float *upstream, float *gradient) {
    memset(gradient, 0, s->count * s->channels * s->steps * sizeof(float));
    for (size_t row = 0; row < s->count * s->channels; row++) {
        size_t valid = valid_steps(s, row / s->channels);
        if (valid > 0) gradient[row * s->steps + valid - 1] = upstream[row];
    }
}

float fovea_sequence_step_count(const fovea_sequences *s) {
    double count = 0;
    for (size_t number = 0; number < s->count; number++) count += (double)valid_steps(s, number);
    return (float)count;
}

void fovea_window_lengths(size_t count, const int32_t *lengths, int64_t margin, int64_t stride, int32_t *results) {
    for (size_t number = 0; number < count; number++) {
        int64_t room = lengths[number] + margin;
        results[number] = room < 0 ? 1 : (int32_t)(room / stride + 1);
    }
}

void fovea_transposed_window_lengths(
    size_t count, const int32_t *lengths, int64_t margin, int64_t stride, int32_t *results) {
    for (size_t number = 0; number < count; number++) {
        int64_t length = ((int64_t)lengths[number] - 1) * stride + margin;
        results[number] = length < 1 ? 1 : length > INT32_MAX ? INT32_MAX : (int32_t)length;
    }
}

void fovea_gather_rows(
    size_t rows, size_t width, const float *table, size_t count, const int32_t *indices, float *gathered) {
    for (size_t place = 0; place < count; place++) {
        int32_t index = indices[place];
        float *to = gathered + place * width;
        if (index >= 0 && (size_t)index < rows) {
            memcpy(to, table + (size_t)index * width, width * sizeof(float));
        } else {
            memset(to, 0, width * sizeof(float));
        }
    }
}

void fovea_scatter_rows(
    size_t rows, size_t width, const float *gathered, size_t count, const int32_t *indices, float *table) {
    memset(table, 0, rows * width * sizeof(float));
    for (size_t place = 0; place < count; place++) {
        int32_t index = indices[place];
        if (index < 0 || (size_t)index >= rows) continue;
        float *to = table + (size_t)index * width;
        const float *from = gathered + place * width;
        for (size_t k = 0; k < width; k++) to[k] += from[k];
    }
}
