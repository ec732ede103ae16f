#include "Optimizers.h"

#include <math.h>

#include "Parallel.h"
#include "WideVectors.h"

#pragma STDC FP_CONTRACT OFF

// Below this many elements a second thread costs more than it saves.
static const size_t grain = 8192;

typedef struct {
    fovea_sgd settings;
    float rate;
    const float *parameter, *gradient, *velocity;
    float *new_parameter, *new_velocity;
} sgd_task;

WIDE_VECTORS static void sgd_part(size_t begin, size_t end, const void *context) {
    const sgd_task *t = context;
    const float *parameter = t->parameter, *gradient = t->gradient, *velocity = t->velocity;
    float *new_parameter = t->new_parameter, *new_velocity = t->new_velocity;
    float rate = t->rate, momentum = t->settings.momentum, decay = t->settings.weight_decay;
    if (velocity == NULL) {
        for (size_t i = begin; i < end; i++) {
            new_parameter[i] = parameter[i] - rate * (gradient[i] + decay * parameter[i]);
        }
    } else if (t->settings.nesterov) {
        for (size_t i = begin; i < end; i++) {
            float decayed = gradient[i] + decay * parameter[i];
            float speed = momentum * velocity[i] + decayed;
            new_velocity[i] = speed;
            new_parameter[i] = parameter[i] - rate * (decayed + momentum * speed);
        }
    } else {
        for (size_t i = begin; i < end; i++) {
            float speed = momentum * velocity[i] + (gradient[i] + decay * parameter[i]);
            new_velocity[i] = speed;
            new_parameter[i] = parameter[i] - rate * speed;
        }
    }
}

void fovea_sgd_update(
    const fovea_sgd *settings, size_t count, const float *parameter, const float *gradient, const float *rate,
    const float *velocity, float *new_parameter, float *new_velocity) {
    sgd_task t = {*settings, *rate, parameter, gradient, velocity, new_parameter, new_velocity};
    fovea_parallel_for(count, grain, sgd_part, &t);
}

// The scalars of a step, rounded to float once.
typedef struct {
    float beta1, beta2, rest1, rest2, epsilon, decay, shrink, rate, second_factor;
    const float *parameter, *gradient, *first, *second;
    float *new_parameter, *new_first, *new_second;
} adam_task;

WIDE_VECTORS static void adam_part(size_t begin, size_t end, const void *context) {
    const adam_task *t = context;
    const float *parameter = t->parameter, *gradient = t->gradient, *first = t->first, *second = t->second;
    float *new_parameter = t->new_parameter, *new_first = t->new_first, *new_second = t->new_second;
    float beta1 = t->beta1, beta2 = t->beta2, rest1 = t->rest1, rest2 = t->rest2, epsilon = t->epsilon;
    float decay = t->decay, shrink = t->shrink, rate = t->rate, second_factor = t->second_factor;
    for (size_t i = begin; i < end; i++) {
        float p = parameter[i];
        float g = gradient[i] + decay * p;
        float m = beta1 * first[i] + rest1 * g;
        float v = beta2 * second[i] + rest2 * g * g;
        new_first[i] = m;
        new_second[i] = v;
        new_parameter[i] = p * shrink - rate * m / (__builtin_sqrtf(v * second_factor) + epsilon);
    }
}

void fovea_adam_update(
    const fovea_adam *settings, size_t count, const float *parameter, const float *gradient, const float *rate,
    const float *step, const float *first_moment, const float *second_moment, float *new_parameter,
    float *new_first_moment, float *new_second_moment) {
    double first_correction = 1 - pow(settings->beta1, *step);
    double second_correction = 1 - pow(settings->beta2, *step);
    double decay = settings->weight_decay;
    adam_task t = {
        .beta1 = (float)settings->beta1,
        .beta2 = (float)settings->beta2,
        .rest1 = (float)(1 - settings->beta1),
        .rest2 = (float)(1 - settings->beta2),
        .epsilon = (float)settings->epsilon,
        .decay = settings->decoupled_weight_decay ? 0 : (float)decay,
        .shrink = settings->decoupled_weight_decay ? (float)(1 - *rate * decay) : 1,
        .rate = (float)(*rate / first_correction),
        .second_factor = (float)(1 / second_correction),
        .parameter = parameter,
        .gradient = gradient,
        .first = first_moment,
        .second = second_moment,
        .new_parameter = new_parameter,
        .new_first = new_first_moment,
        .new_second = new_second_moment,
    };
    fovea_parallel_for(count, grain, adam_part, &t);
}

// A number per channel: too few for a second thread.
WIDE_VECTORS void fovea_moving_average(
    size_t count, float kept, float added, const float *statistic, const float *value, float *moved) {
    for (size_t i = 0; i < count; i++) moved[i] = kept * statistic[i] + added * value[i];
}
