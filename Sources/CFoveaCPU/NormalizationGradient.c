#include "NormalizationWalk.h"

#pragma STDC FP_CONTRACT OFF

// MARK: The sums of the gradient

ALWAYS_INLINE void rectify_gradient(fovea_rectifier rectifier, const vector *y, vector *g) {
    if (rectifier == fovea_no_rectifier) return;
    mask flat = *y <= 0;
    if (rectifier == fovea_rectify_to_6) flat |= *y >= 6;
    vector ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    *g *= (vector)((mask)ones & ~flat);
}

// g for one vector: the upstream gradient where the result, recomputed from the deviation from the mean,
// was not clamped.
ALWAYS_INLINE void rectify_again(fovea_rectifier rectifier, const vector *deviation, const parameters *p, vector *g) {
    if (rectifier == fovea_no_rectifier) return;
    vector y = *deviation * p->factor + p->offset;
    rectify_gradient(rectifier, &y, g);
}

// `is_staged` is a literal: whether g depends on more tensors than x and one gradient, and is stored
// for the second loop.
ALWAYS_INLINE void add_gradients(
    const task *t, const parameters *p, size_t offset, size_t count, size_t step, size_t width, int is_staged,
    fovea_rectifier rectifier, vector *sum, vector *products) {
    const float *x = t->x + offset, *upstream = t->upstream + offset;
    const float *y = t->y == NULL ? NULL : t->y + offset;
    const float *second = t->second_upstream == NULL ? NULL : t->second_upstream + offset;
    vector sums = *sum, product_sums = *products, chunk = {0}, chunk_products = {0};
    parameters local = *p;
    for (size_t i = 0; i < count; i++) {
        vector g = {0}, v = local.mean;
        load(upstream + i * step, width, &g);
        load(x + i * step, width, &v);
        __builtin_prefetch(upstream + i * step + read_ahead);
        __builtin_prefetch(x + i * step + read_ahead);
        v -= local.mean;
        if (is_staged) {
            if (second != NULL) {
                vector other = {0};
                load(second + i * step, width, &other);
                g += other;
            }
            if (y != NULL) {
                vector result = {0};
                load(y + i * step, width, &result);
                rectify_gradient(rectifier, &result, &g);
            } else {
                rectify_again(rectifier, &v, &local, &g);
            }
            store(t->staged + offset + i * step, width, 0, &g);
        } else {
            rectify_again(rectifier, &v, &local, &g);
        }
        chunk += g;
        chunk_products += g * v;
        if ((i + 1) % chunk_length == 0) {
            sums += chunk;
            product_sums += chunk_products;
            chunk = chunk_products = (vector){0};
        }
    }
    *sum = sums + chunk;
    *products = product_sums + chunk_products;
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
    for (size_t lane = 0; lane < vector_lanes; lane++) {
        size_t channel = block * lanes + (lane & (lanes - 1));
        if (channel < n->channels) find_parameters(t, channel, t->given_mean, t->given_variance, lane, &p);
    }
    size_t pending = 0, additions = 0;
    for (size_t pixel = begin; pixel < end;) {
        segment s = next_segment(n, block, pixel, end, run_length);
        if (s.width == vector_lanes) {
            add_gradients(t, &p, s.offset, s.count, s.step, vector_lanes, is_staged, rectifier, &sum, &products);
        } else {
            add_gradients(t, &p, s.offset, s.count, s.step, s.width, is_staged, rectifier, &sum, &products);
        }
        if (s.rest > 0) {
            size_t offset = s.offset + s.count * s.step;
            add_gradients(t, &p, offset, 1, 0, s.rest, is_staged, rectifier, &sum, &products);
        }
        pixel += s.pixels;
        pending += s.pixels;
        additions += additions_of(&s);
        if (additions < most_additions && pending * lanes < run_length * vector_lanes && pixel < end) continue;
        double sums[vector_lanes], product_sums[vector_lanes];
        fold(&sum, lanes, sums);
        fold(&products, lanes, product_sums);
        for (size_t lane = 0; lane < lanes; lane++) {
            result->first[lane] += sums[lane];
            result->second[lane] += product_sums[lane];
        }
        sum = products = (vector){0};
        pending = additions = 0;
    }
}

ALWAYS_INLINE void finish_sums(const task *t, size_t block) {
    const fovea_normalization *n = t->n;
    parameters *p = &t->parameters[block];
    memset(p, 0, sizeof *p);
    double sums[vector_lanes] = {0}, products[vector_lanes] = {0}, count = (double)(n->images * n->pixels);
    for (size_t part = 0; part < t->parts; part++) {
        const partial *added = &t->partials[block * t->parts + part];
        for (size_t lane = 0; lane < n->lanes; lane++) {
            sums[lane] += added->first[lane];
            products[lane] += added->second[lane];
        }
    }
    for (size_t lane = 0; lane < vector_lanes; lane++) {
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
        load(gradient + i * step, width, &g);
        load(x + i * step, width, &v);
        __builtin_prefetch(gradient + i * step + write_ahead);
        __builtin_prefetch(x + i * step + write_ahead);
        if (!is_streamed) __builtin_prefetch(dx + i * step + write_ahead, 1);
        v -= local.mean;
        rectify_again(rectifier, &v, &local, &g);
        v = local.factor * (g - local.average - v * local.slope);
        store(dx + i * step, width, is_streamed, &v);
    }
}

ALWAYS_INLINE void differentiate_part(const task *t, size_t block, size_t part, fovea_rectifier rectifier) {
    write_part(t, block, part, rectifier, differentiate);
}

// MARK: Entry points

ALWAYS_INLINE void add_rectifying(
    const task *t, size_t member, size_t members, int is_staged, fovea_rectifier rectifier) {
    // What is staged has gone through the rectifier already.
    fovea_rectifier remaining = is_staged ? fovea_no_rectifier : rectifier;
    for (size_t first = 0; first < t->blocks; first += t->blocks_per_phase) {
        phase p = find_phase(t, first, member, members);
        for (size_t unit = p.begin; unit < p.end; unit++) {
            add_gradients_of_part(t, block_of(&p, unit), part_of(&p, unit), is_staged, rectifier);
        }
        fovea_wait_for_team();
        for (size_t block = first + member; block < first + p.blocks; block += members) finish_sums(t, block);
        fovea_wait_for_team();
        for (size_t unit = p.end; unit-- > p.begin;) {
            differentiate_part(t, block_of(&p, unit), part_of(&p, unit), remaining);
        }
    }
}

WIDE_TEAM(differentiate_staged) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: add_rectifying(t, member, members, 1, fovea_no_rectifier); break;
    case fovea_rectify: add_rectifying(t, member, members, 1, fovea_rectify); break;
    case fovea_rectify_to_6: add_rectifying(t, member, members, 1, fovea_rectify_to_6); break;
    }
}

WIDE_TEAM(differentiate_directly) {
    const task *t = context;
    switch (t->n->rectifier) {
    case fovea_no_rectifier: add_rectifying(t, member, members, 0, fovea_no_rectifier); break;
    case fovea_rectify: add_rectifying(t, member, members, 0, fovea_rectify); break;
    case fovea_rectify_to_6: add_rectifying(t, member, members, 0, fovea_rectify_to_6); break;
    }
}

void fovea_normalize_gradient(
    const fovea_normalization *n, const float *x, const float *scale, const float *bias, const float *mean,
    const float *variance, const float *y, const float *upstream, const float *second_upstream, float *dx, float *dscale,
    float *dbias, float *rectified, void *workspace) {
    // The second loop needs g again. If that takes more than x and one gradient, g is stored in between: in
    // `rectified`, which asks for it anyway, or where dx goes.
    int is_staged = y != NULL || second_upstream != NULL || rectified != NULL;
    task t = {
        .n = n, .x = x, .scale = scale, .bias = bias, .given_mean = mean, .given_variance = variance, .y = y,
        .upstream = upstream, .second_upstream = second_upstream, .result = dx, .dscale = dscale, .dbias = dbias,
        .staged = rectified != NULL ? rectified : is_staged ? dx : NULL,
    };
    run_task(&t, workspace, 2, dx == x || dx == upstream || dx == t.staged,
        is_staged ? differentiate_staged : differentiate_directly);
}
