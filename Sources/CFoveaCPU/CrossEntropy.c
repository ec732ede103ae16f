#include "CrossEntropy.h"

#include <math.h>

#include "Exponential.h"
#include "Parallel.h"
#include "SoftmaxRows.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    size_t classes;
    const float *logits;
    const int32_t *labels;
    const float *targets;
    const float *upstream;
    float *losses;
    float *gradient;
} task;

static int is_class(int32_t label, size_t classes) { return label >= 0 && (size_t)label < classes; }

// For a row whose label is not a class.
static void refuse_row(const task *t, size_t row) {
    if (t->losses != NULL) t->losses[row] = NAN;
    if (t->gradient == NULL) return;
    for (size_t c = 0; c < t->classes; c++) t->gradient[row * t->classes + c] = NAN;
}

WIDE_LOOP(find_rows) {
    const task *t = context;
    size_t classes = t->classes;
    for (size_t row = begin; row < end; row++) {
        if (t->labels != NULL && !is_class(t->labels[row], classes)) {
            refuse_row(t, row);
            continue;
        }
        const float *x = t->logits + row * classes;
        const float *target = t->targets == NULL ? NULL : t->targets + row * classes;
        float maximum = row_maximum(x, classes);
        double sum = row_sum(x, classes, maximum);
        if (t->losses != NULL) {
            double normalizer = log(sum), loss = 0;
            if (target == NULL) {
                loss = normalizer - ((double)x[t->labels[row]] - maximum);
            } else {
                for (size_t c = 0; c < classes; c++) loss += target[c] * (normalizer - ((double)x[c] - maximum));
            }
            t->losses[row] = (float)loss;
        }
        if (t->gradient == NULL) continue;
        float *gradient = t->gradient + row * classes, upstream = t->upstream[row];
        double mass = target == NULL ? 1 : 0;
        if (target != NULL) {
            for (size_t c = 0; c < classes; c++) mass += target[c];
        }
        float share = (float)(mass / sum);
        if (target != NULL) {
            for (size_t c = 0; c < classes; c++) {
                gradient[c] = upstream * (exponential(x[c] - maximum) * share - target[c]);
            }
        } else {
            for (size_t c = 0; c < classes; c++) gradient[c] = upstream * (exponential(x[c] - maximum) * share);
            size_t label = (size_t)t->labels[row];
            gradient[label] = upstream * (exponential(x[label] - maximum) * share - 1);
        }
    }
}

// How many rows are worth a second thread.
static size_t grain(size_t classes) { return 1 + 2048 / (classes + 1); }

void fovea_cross_entropy(
    size_t rows, size_t classes, const float *logits, const int32_t *labels, const float *targets,
    const float *upstream, float *losses, float *gradient) {
    task t = {classes, logits, labels, targets, upstream, losses, gradient};
    fovea_parallel_for(rows, grain(classes), find_rows, &t);
}
