#include "NormalizationWalk.h"

#pragma STDC FP_CONTRACT OFF

size_t fovea_normalization_workspace(const fovea_normalization *n) {
    size_t blocks = block_count(n);
    return blocks * sizeof(parameters) + blocks * part_count(n) * sizeof(partial);
}

// MARK: The statistics

ALWAYS_INLINE void add_deviation(const float *x, size_t width, const vector *shift, vector *sum, vector *squares) {
    vector v = *shift;
    load(x, width, &v);
    __builtin_prefetch(x + read_ahead);
    v -= *shift;
    *sum += v;
    *squares += v * v;
}

ALWAYS_INLINE void add_deviations(
    const float *x, size_t count, size_t step, size_t width, const vector *shift, vector *sum, vector *squares) {
    vector from = *shift, sums = *sum, square_sums = *squares;
    size_t i = 0;
    // Chunks are independent: no addition waits for the previous chunk.
    for (; i + chunk_length <= count; i += chunk_length) {
        vector chunk = {0}, chunk_squares = {0};
        for (size_t j = 0; j < chunk_length; j++) {
            add_deviation(x + (i + j) * step, width, &from, &chunk, &chunk_squares);
        }
        sums += chunk;
        square_sums += chunk_squares;
    }
    vector rest = {0}, rest_squares = {0};
    for (; i < count; i++) add_deviation(x + i * step, width, &from, &rest, &rest_squares);
    *sum = sums + rest;
    *squares = square_sums + rest_squares;
}

// Merges the mean and the squared deviations of `added` numbers into those of `count` (Chan, Golub and LeVeque, 1983).
ALWAYS_INLINE void merge(
    double count, double added, double mean, double deviations, double *total_mean, double *total_deviations) {
    double distance = mean - *total_mean;
    *total_mean += distance * (added / (count + added));
    *total_deviations += deviations + distance * distance * (count * added / (count + added));
}

// Takes deviations from the mean so far, so that the difference of the two sums loses no digits.
ALWAYS_INLINE void measure_part(const task *t, size_t block, size_t part) {
    const fovea_normalization *n = t->n;
    size_t lanes = n->lanes, begin, end;
    find_part(t, part, &begin, &end);
    partial *result = &t->partials[block * t->parts + part];
    memset(result, 0, sizeof *result);
    vector shift = {0}, sum = {0}, squares = {0};
    double count = 0;
    size_t pending = 0, additions = 0;
    for (size_t pixel = begin; pixel < end;) {
        size_t length = count == 0 ? first_run_length : run_length;
        segment s = next_segment(n, block, pixel, end, length);
        const float *x = t->x + s.offset;
        if (pixel == begin) {
            size_t channels = s.width < lanes ? s.width : lanes;
            for (size_t lane = 0; lane < vector_lanes; lane++) {
                size_t channel = lane & (lanes - 1);
                shift[lane] = channel < channels ? x[channel] : 0;
            }
        }
        if (s.width == vector_lanes) add_deviations(x, s.count, s.step, vector_lanes, &shift, &sum, &squares);
        else add_deviations(x, s.count, s.step, s.width, &shift, &sum, &squares);
        if (s.rest > 0) add_deviations(x + s.count * s.step, 1, 0, s.rest, &shift, &sum, &squares);
        pixel += s.pixels;
        pending += s.pixels;
        additions += additions_of(&s);
        if (additions < most_additions && pending * lanes < length * vector_lanes && pixel < end) continue;
        double sums[vector_lanes], square_sums[vector_lanes], added = (double)pending, inverse = 1 / added;
        fold(&sum, lanes, sums);
        fold(&squares, lanes, square_sums);
        for (size_t lane = 0; lane < lanes; lane++) {
            double mean = sums[lane] * inverse;
            merge(count, added, (double)shift[lane] + mean, square_sums[lane] - sums[lane] * mean,
                  &result->first[lane], &result->second[lane]);
        }
        for (size_t lane = 0; lane < vector_lanes; lane++) shift[lane] = (float)result->first[lane & (lanes - 1)];
        sum = squares = (vector){0};
        count += added;
        pending = additions = 0;
    }
}

ALWAYS_INLINE void finish_statistics(const task *t, size_t block) {
    const fovea_normalization *n = t->n;
    parameters *p = &t->parameters[block];
    memset(p, 0, sizeof *p);
    double mean[vector_lanes] = {0}, deviations[vector_lanes] = {0}, count = 0;
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
    for (size_t lane = 0; lane < vector_lanes; lane++) {
        size_t of_block = lane & (n->lanes - 1), channel = block * n->lanes + of_block;
        if (channel >= n->channels) continue;
        t->mean[channel] = (float)mean[of_block];
        t->variance[channel] = (float)(deviations[of_block] / count);
        if (t->scale != NULL) find_parameters(t, channel, t->mean, t->variance, lane, p);
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
        load(x + i * step, width, &v);
        __builtin_prefetch(x + i * step + write_ahead);
        if (!is_streamed) __builtin_prefetch(y + i * step + write_ahead, 1);
        v = (v - mean) * factor + bias;
        if (residual != NULL) {
            vector r = {0};
            load(residual + i * step, width, &r);
            v += r;
        }
        rectify(rectifier, &v);
        store(y + i * step, width, is_streamed, &v);
    }
}

ALWAYS_INLINE void normalize_part(const task *t, size_t block, size_t part, fovea_rectifier rectifier) {
    write_part(t, block, part, rectifier, normalize);
}

// MARK: Entry points

ALWAYS_INLINE void measure_rectifying(const task *t, size_t member, size_t members, fovea_rectifier rectifier) {
    for (size_t first = 0; first < t->blocks; first += t->blocks_per_phase) {
        phase p = find_phase(t, first, member, members);
        for (size_t unit = p.begin; unit < p.end; unit++) measure_part(t, block_of(&p, unit), part_of(&p, unit));
        fovea_wait_for_team();
        for (size_t block = first + member; block < first + p.blocks; block += members) finish_statistics(t, block);
        fovea_wait_for_team();
        for (size_t unit = p.end; unit-- > p.begin;) {
            normalize_part(t, block_of(&p, unit), part_of(&p, unit), rectifier);
        }
    }
}

WIDE_TEAM(normalize_all) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: measure_rectifying(t, member, members, fovea_no_rectifier); break;
    case fovea_rectify: measure_rectifying(t, member, members, fovea_rectify); break;
    case fovea_rectify_to_6: measure_rectifying(t, member, members, fovea_rectify_to_6); break;
    }
}

void fovea_normalize(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *residual, float *y,
    float *mean, float *variance, void *workspace) {
    task t = {
        .n = n, .x = x, .scale = scale, .bias = bias, .residual = residual, .result = y, .mean = mean,
        .variance = variance,
    };
    run_task(&t, workspace, 1, y == x || y == residual, normalize_all);
}

// MARK: The statistics alone

WIDE_TEAM(measure_all) {
    const task *t = context;
    size_t units = t->blocks * t->parts;
    size_t begin = units * member / members, end = units * (member + 1) / members;
    for (size_t unit = begin; unit < end; unit++) measure_part(t, unit % t->blocks, unit / t->blocks);
    fovea_wait_for_team();
    for (size_t block = member; block < t->blocks; block += members) finish_statistics(t, block);
}

void fovea_measure_channels(
    const fovea_normalization *n, const float *x, float *mean, float *variance, void *workspace) {
    task t = {.n = n, .x = x, .mean = mean, .variance = variance};
    run_task(&t, workspace, 1, 1, measure_all);
}

// MARK: With given statistics

ALWAYS_INLINE void normalize_given_rectifying(
    const task *t, size_t member, size_t members, fovea_rectifier rectifier) {
    for (size_t block = member; block < t->blocks; block += members) {
        parameters *p = &t->parameters[block];
        memset(p, 0, sizeof *p);
        for (size_t lane = 0; lane < vector_lanes; lane++) {
            size_t channel = block * t->n->lanes + (lane & (t->n->lanes - 1));
            if (channel < t->n->channels) find_parameters(t, channel, t->given_mean, t->given_variance, lane, p);
        }
    }
    fovea_wait_for_team();
    size_t units = t->blocks * t->parts;
    size_t begin = units * member / members, end = units * (member + 1) / members;
    for (size_t unit = begin; unit < end; unit++) normalize_part(t, unit % t->blocks, unit / t->blocks, rectifier);
}

WIDE_TEAM(normalize_all_given) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: normalize_given_rectifying(t, member, members, fovea_no_rectifier); break;
    case fovea_rectify: normalize_given_rectifying(t, member, members, fovea_rectify); break;
    case fovea_rectify_to_6: normalize_given_rectifying(t, member, members, fovea_rectify_to_6); break;
    }
}

void fovea_normalize_given(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, float *y, void *workspace) {
    task t = {
        .n = n, .x = x, .scale = scale, .bias = bias, .given_mean = mean, .given_variance = variance, .result = y,
    };
    run_task(&t, workspace, 1, y == x, normalize_all_given);
}
