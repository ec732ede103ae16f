#include "Optimizers.h"

#include <math.h>

#include "Parallel.h"
#include "Sizes.h"
#include "Vectors.h"

#pragma STDC FP_CONTRACT OFF


// Below this many elements, a second thread costs more than it saves.
static const size_t grain = 8192;

static size_t total_count(size_t count, const fovea_update *updates) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += updates[i].count;
    return total;
}

typedef struct {
    size_t begin, end;
} range;

// The elements of all parameters are numbered one after the other, those of `update` from `start` on: which of its
// elements are among [begin, end). For a parameter that has none there, `end` is not above `begin`.
ALWAYS_INLINE range elements_within(const fovea_update *update, size_t start, size_t begin, size_t end) {
    return (range){begin > start ? begin - start : 0, smaller(update->count, end - start)};
}

typedef struct {
    fovea_sgd settings;
    float rate;
    size_t count;
    const fovea_update *updates;
} sgd_task;

ALWAYS_INLINE void sgd_part(const sgd_task *t, const fovea_update *u, range elements) {
    const float *parameter = u->parameter, *gradient = u->gradient, *velocity = u->slots[0];
    float *new_parameter = u->new_parameter, *new_velocity = u->new_slots[0];
    float rate = t->rate, momentum = t->settings.momentum, decay = t->settings.weight_decay;
    if (velocity == NULL) {
        EACH_ELEMENT
        for (size_t i = elements.begin; i < elements.end; i++) {
            new_parameter[i] = parameter[i] - rate * (gradient[i] + decay * parameter[i]);
        }
    } else if (t->settings.nesterov) {
        EACH_ELEMENT
        for (size_t i = elements.begin; i < elements.end; i++) {
            float decayed = gradient[i] + decay * parameter[i];
            float speed = momentum * velocity[i] + decayed;
            new_velocity[i] = speed;
            new_parameter[i] = parameter[i] - rate * (decayed + momentum * speed);
        }
    } else {
        EACH_ELEMENT
        for (size_t i = elements.begin; i < elements.end; i++) {
            float speed = momentum * velocity[i] + (gradient[i] + decay * parameter[i]);
            new_velocity[i] = speed;
            new_parameter[i] = parameter[i] - rate * speed;
        }
    }
}

WIDE_LOOP(sgd) {
    const sgd_task *t = context;
    for (size_t i = 0, start = 0; i < t->count && start < end; start += t->updates[i++].count) {
        sgd_part(t, &t->updates[i], elements_within(&t->updates[i], start, begin, end));
    }
}

void fovea_sgd_update(const fovea_sgd *settings, const float *rate, size_t count, const fovea_update *updates) {
    sgd_task t = {*settings, *rate, count, updates};
    fovea_parallel_for(total_count(count, updates), grain, sgd, &t);
}

// The scalars of a step; each is rounded to float once.
typedef struct {
    float beta1, beta2, rest1, rest2, epsilon, decay, shrink, rate, second_factor;
    size_t count;
    const fovea_update *updates;
} adam_task;

ALWAYS_INLINE void adam_part(const adam_task *t, const fovea_update *u, range elements) {
    const float *parameter = u->parameter, *gradient = u->gradient, *first = u->slots[0], *second = u->slots[1];
    float *new_parameter = u->new_parameter, *new_first = u->new_slots[0], *new_second = u->new_slots[1];
    float beta1 = t->beta1, beta2 = t->beta2, rest1 = t->rest1, rest2 = t->rest2, epsilon = t->epsilon;
    float decay = t->decay, shrink = t->shrink, rate = t->rate, second_factor = t->second_factor;
    EACH_ELEMENT
    for (size_t i = elements.begin; i < elements.end; i++) {
        float p = parameter[i];
        float g = gradient[i] + decay * p;
        float m = beta1 * first[i] + rest1 * g;
        float v = beta2 * second[i] + rest2 * g * g;
        new_first[i] = m;
        new_second[i] = v;
        // Not sqrtf, which sets errno, one element at a time.
        new_parameter[i] = p * shrink - rate * m / (__builtin_elementwise_sqrt(v * second_factor) + epsilon);
    }
}

WIDE_LOOP(adam) {
    const adam_task *t = context;
    for (size_t i = 0, start = 0; i < t->count && start < end; start += t->updates[i++].count) {
        adam_part(t, &t->updates[i], elements_within(&t->updates[i], start, begin, end));
    }
}

void fovea_adam_update(
    const fovea_adam *settings, const float *rate, const float *step, size_t count, const fovea_update *updates) {
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
        .count = count,
        .updates = updates,
    };
    fovea_parallel_for(total_count(count, updates), grain, adam, &t);
}

typedef struct {
    float kept, added;
    size_t count;
    const fovea_update *updates;
} average_task;

ALWAYS_INLINE void average_part(const average_task *t, const fovea_update *u, range elements) {
    const float *average = u->parameter, *parameter = u->gradient;
    float *new_average = u->new_parameter;
    float kept = t->kept, added = t->added;
    EACH_ELEMENT
    for (size_t i = elements.begin; i < elements.end; i++) new_average[i] = kept * average[i] + added * parameter[i];
}

WIDE_LOOP(average) {
    const average_task *t = context;
    for (size_t i = 0, start = 0; i < t->count && start < end; start += t->updates[i++].count) {
        average_part(t, &t->updates[i], elements_within(&t->updates[i], start, begin, end));
    }
}

void fovea_average_update(const float *rate, size_t count, const fovea_update *updates) {
    average_task t = {.kept = 1 - *rate, .added = *rate, .count = count, .updates = updates};
    fovea_parallel_for(total_count(count, updates), grain, average, &t);
}

// One number per channel: too few for a second thread.
EXPORTED_WIDE_VECTORS(
    fovea_moving_average,
    (size_t count, float kept, float added, const float *statistic, const float *value, float *moved),
    (count, kept, added, statistic, value, moved)) {
    EACH_ELEMENT
    for (size_t i = 0; i < count; i++) moved[i] = kept * statistic[i] + added * value[i];
}
