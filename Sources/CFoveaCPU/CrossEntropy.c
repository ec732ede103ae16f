#include "CrossEntropy.h"

#include <math.h>

#include "Exponential.h"
#include "Parallel.h"
#include "SoftmaxRows.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    size_t classes;
    const float *logits;
    const int32_t *labels;
    const float *targets;
    const float *upstream;
    float *result;
} task;

static int is_class(int32_t label, size_t classes) { return label >= 0 && (size_t)label < classes; }

WIDE_VECTORS static void losses(size_t begin, size_t end, const void *context) {
    const task *t = context;
    size_t classes = t->classes;
    for (size_t row = begin; row < end; row++) {
        const float *x = t->logits + row * classes;
        if (t->labels != NULL && !is_class(t->labels[row], classes)) {
            t->result[row] = NAN;
            continue;
        }
        float maximum = row_maximum(x, classes);
        double normalizer = log(row_sum(x, classes, maximum));
        if (t->labels != NULL) {
            t->result[row] = (float)(normalizer - ((double)x[t->labels[row]] - maximum));
        } else {
            const float *target = t->targets + row * classes;
            double loss = 0;
            for (size_t c = 0; c < classes; c++) loss += target[c] * (normalizer - ((double)x[c] - maximum));
            t->result[row] = (float)loss;
        }
    }
}

WIDE_VECTORS static void gradients(size_t begin, size_t end, const void *context) {
    const task *t = context;
    size_t classes = t->classes;
    for (size_t row = begin; row < end; row++) {
        const float *x = t->logits + row * classes;
        float *gradient = t->result + row * classes;
        if (t->labels != NULL && !is_class(t->labels[row], classes)) {
            for (size_t c = 0; c < classes; c++) gradient[c] = NAN;
            continue;
        }
        float upstream = t->upstream[row];
        float maximum = row_maximum(x, classes);
        double mass = 1;
        if (t->targets != NULL) {
            mass = 0;
            for (size_t c = 0; c < classes; c++) mass += t->targets[row * classes + c];
        }
        float share = (float)(mass / row_sum(x, classes, maximum));
        if (t->targets != NULL) {
            const float *target = t->targets + row * classes;
            for (size_t c = 0; c < classes; c++) {
                gradient[c] = upstream * (fovea_exponential(x[c] - maximum) * share - target[c]);
            }
        } else {
            for (size_t c = 0; c < classes; c++) gradient[c] = upstream * (fovea_exponential(x[c] - maximum) * share);
            size_t label = (size_t)t->labels[row];
            gradient[label] = upstream * (fovea_exponential(x[label] - maximum) * share - 1);
        }
    }
}

// Rows for which a second thread is worth it.
static size_t grain(size_t classes) { return 1 + 2048 / (classes + 1); }

void fovea_cross_entropy(
    size_t rows, size_t classes, const float *logits, const int32_t *labels, const float *targets, float *result) {
    task t = {classes, logits, labels, targets, NULL, result};
    fovea_parallel_for(rows, grain(classes), losses, &t);
}

void fovea_cross_entropy_gradient(
    size_t rows, size_t classes, const float *logits, const int32_t *labels, const float *targets,
    const float *upstream, float *gradient) {
    task t = {classes, logits, labels, targets, upstream, gradient};
    fovea_parallel_for(rows, grain(classes), gradients, &t);
}
