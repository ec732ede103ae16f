#include "NormalizationFolding.h"

#include <math.h>

#include "Parallel.h"
#include "Vectors.h"

typedef struct {
    const fovea_folding *folding;
    const float *filters;
    float *folded, *folded_bias;
} task;

WIDE_LOOP(fold_filters) {
    const task *t = context;
    const fovea_folding *f = t->folding;
    for (size_t filter = begin; filter < end; filter++) {
        float factor = f->scale[filter] / sqrtf(f->variance[filter] + f->epsilon);
        float own = f->own_bias == NULL ? 0 : f->own_bias[filter];
        t->folded_bias[filter] = (own - f->mean[filter]) * factor + f->bias[filter];
        const float *from = t->filters + filter * f->size;
        float *to = t->folded + filter * f->size;
        for (size_t i = 0; i < f->size; i++) to[i] = from[i] * factor;
    }
}

void fovea_fold_normalization(const fovea_folding *f, const float *filters, float *folded, float *folded_bias) {
    task t = {f, filters, folded, folded_bias};
    // Below 16,384 numbers, a second thread costs more than it saves.
    fovea_parallel_for(f->count, 1 + 16384 / (f->size + 1), fold_filters, &t);
}
