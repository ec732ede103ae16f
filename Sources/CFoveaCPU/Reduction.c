#include "Reduction.h"

#include "Parallel.h"
#include "Sizes.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    fovea_reduction how;
    const fovea_view *kept;
    const fovea_view *reduced;
    const float *from;
    float *to;
} task;

// How many partial totals there are at a time.
enum { partial_count = 32 };

static size_t count_of(const fovea_view *view, int axes) {
    size_t count = 1;
    for (int axis = 0; axis < axes; axis++) count *= view->sizes[axis];
    return count;
}

// The offset of element `number` of a view's first `axes` axes.
static size_t offset_of(const fovea_view *view, int axes, size_t number) {
    size_t offset = 0;
    for (int axis = axes - 1; axis >= 0; axis--) {
        offset += number % view->sizes[axis] * view->strides[axis];
        number /= view->sizes[axis];
    }
    return offset;
}


ALWAYS_INLINE double combined(fovea_reduction how, double total, double value) {
    if (how != fovea_maximum) return total + value;
    // The second comparison is true for NaN, and a NaN total stays: no number is greater.
    return value > total || value != value ? value : total;
}

ALWAYS_INLINE void combine_line(fovea_reduction how, const float *line, size_t length, size_t stride, double *total) {
    if (stride == 1) {
        // Partial totals are independent, so that the loop becomes vector instructions without reordering any sum.
        double partial[partial_count];
        size_t whole = length / partial_count * partial_count;
        if (whole > 0) {
            for (size_t lane = 0; lane < partial_count; lane++) partial[lane] = line[lane];
            for (size_t i = partial_count; i < whole; i += partial_count) {
                for (size_t lane = 0; lane < partial_count; lane++) {
                    partial[lane] = combined(how, partial[lane], line[i + lane]);
                }
            }
            for (size_t lane = 0; lane < partial_count; lane++) *total = combined(how, *total, partial[lane]);
        }
        for (size_t i = whole; i < length; i++) *total = combined(how, *total, line[i]);
    } else {
        for (size_t i = 0; i < length; i++) *total = combined(how, *total, line[i * stride]);
    }
}

// Elements of neighbouring results, which are neighbours too. `lanes` is a literal in every call, so that the partial
// totals, several for each result, stay in registers.
ALWAYS_INLINE void combine_lanes(
    fovea_reduction how, const float *line, size_t length, size_t stride, size_t lanes, double *total) {
    double partial[partial_count];
    size_t copies = partial_count / lanes, whole = length / copies * copies;
    for (size_t i = 0; i < partial_count; i++) partial[i] = how == fovea_maximum ? total[i % lanes] : 0;
    for (size_t i = 0; i < whole; i += copies) {
        for (size_t copy = 0; copy < copies; copy++) {
            __builtin_prefetch(line + (i + copy) * stride + read_ahead);
            for (size_t lane = 0; lane < lanes; lane++) {
                double *sum = &partial[copy * lanes + lane];
                *sum = combined(how, *sum, line[(i + copy) * stride + lane]);
            }
        }
    }
    for (size_t i = whole; i < length; i++) {
        for (size_t lane = 0; lane < lanes; lane++) partial[lane] = combined(how, partial[lane], line[i * stride + lane]);
    }
    for (size_t copy = 0; copy < copies; copy++) {
        for (size_t lane = 0; lane < lanes; lane++) {
            total[lane] = combined(how, total[lane], partial[copy * lanes + lane]);
        }
    }
}

ALWAYS_INLINE void reduce(const task *t, fovea_reduction how, size_t begin, size_t end) {
    const fovea_view *kept = t->kept, *reduced = t->reduced;
    int inner = reduced->rank - 1;
    size_t length = reduced->sizes[inner], stride = reduced->strides[inner];
    size_t lines = count_of(reduced, inner);
    double count = (double)(lines * length);
    // Kept elements that are neighbours in memory are reduced together, so that every line that is read is contiguous.
    size_t neighbours = kept->strides[kept->rank - 1] == 1 ? kept->sizes[kept->rank - 1] : 1;
    for (size_t result = begin; result < end;) {
        size_t lanes = smaller(neighbours - result % neighbours, end - result);
        lanes = lanes >= 32 ? 32 : lanes >= 16 ? 16 : lanes >= 8 ? 8 : 1;
        const float *from = t->from + offset_of(kept, kept->rank, result);
        double total[32];
        for (size_t lane = 0; lane < lanes; lane++) total[lane] = how == fovea_maximum ? from[lane] : 0;
        for (size_t line = 0; line < lines; line++) {
            const float *start = from + offset_of(reduced, inner, line);
            switch (lanes) {
            case 32: combine_lanes(how, start, length, stride, 32, total); break;
            case 16: combine_lanes(how, start, length, stride, 16, total); break;
            case 8: combine_lanes(how, start, length, stride, 8, total); break;
            default: combine_line(how, start, length, stride, total);
            }
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            t->to[result + lane] = (float)(how == fovea_mean ? total[lane] / count : total[lane]);
        }
        result += lanes;
    }
}

WIDE_LOOP(reduce_part) {
    const task *t = context;
    if (t->how == fovea_maximum) reduce(t, fovea_maximum, begin, end);
    else if (t->how == fovea_mean) reduce(t, fovea_mean, begin, end);
    else reduce(t, fovea_sum, begin, end);
}

void fovea_reduce(
    fovea_reduction how, const fovea_view *kept, const fovea_view *reduced, const float *from, float *to) {
    task t = {how, kept, reduced, from, to};
    size_t results = count_of(kept, kept->rank);
    fovea_parallel_for(results, 1 + 16384 / (count_of(reduced, reduced->rank) + 1), reduce_part, &t);
}

typedef struct {
    const fovea_view *kept, *reduced;
    const float *x, *maxima, *upstream;
    float *gradient;
} gradient_task;

static void share_among_winners(size_t begin, size_t end, const void *context) {
    const gradient_task *t = context;
    size_t count = count_of(t->reduced, t->reduced->rank);
    for (size_t result = begin; result < end; result++) {
        size_t first = offset_of(t->kept, t->kept->rank, result);
        float maximum = t->maxima[result];
        size_t winners = 0;
        for (size_t i = 0; i < count; i++) {
            winners += t->x[first + offset_of(t->reduced, t->reduced->rank, i)] == maximum;
        }
        float share = winners == 0 ? 0 : t->upstream[result] / (float)winners;
        for (size_t i = 0; i < count; i++) {
            size_t place = first + offset_of(t->reduced, t->reduced->rank, i);
            t->gradient[place] = t->x[place] == maximum ? share : 0;
        }
    }
}

void fovea_reduce_maximum_gradient(
    const fovea_view *kept, const fovea_view *reduced, const float *x, const float *maxima, const float *upstream,
    float *gradient) {
    gradient_task t = {kept, reduced, x, maxima, upstream, gradient};
    fovea_parallel_for(
        count_of(kept, kept->rank), 1 + 4096 / (count_of(reduced, reduced->rank) + 1), share_among_winners, &t);
}
