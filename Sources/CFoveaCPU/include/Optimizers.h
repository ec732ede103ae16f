#ifndef CFOVEACPU_OPTIMIZERS_H
#define CFOVEACPU_OPTIMIZERS_H

#include <stdbool.h>
#include <stddef.h>

// Optimizer updates in one pass over memory, for any number of parameters in one loop that all threads share.

/// A parameter of `count` numbers, its gradient, its slots, and where the new numbers go, which may be the memory of
/// the old ones. Slots that an optimizer does not have are NULL.
typedef struct {
    size_t count;
    const float *parameter, *gradient;
    const float *slots[2];
    float *new_parameter;
    float *new_slots[2];
} fovea_update;

typedef struct {
    float momentum;
    float weight_decay;
    bool nesterov;
} fovea_sgd;

/// One step of stochastic gradient descent. The slot is the velocity, NULL without momentum.
void fovea_sgd_update(const fovea_sgd *settings, const float *rate, size_t count, const fovea_update *updates);

typedef struct {
    double beta1, beta2, epsilon, weight_decay;
    bool decoupled_weight_decay;
} fovea_adam;

/// One step of Adam; the first `step` is 1. The slots are the first and the second moment.
void fovea_adam_update(
    const fovea_adam *settings, const float *rate, const float *step, size_t count, const fovea_update *updates);

/// Moves averages towards parameters: a′ = (1 − rate)·a + rate·p, with a as the update's parameter and p as its
/// gradient.
void fovea_average_update(const float *rate, size_t count, const fovea_update *updates);

/// moved = kept · statistic + added · value.
void fovea_moving_average(
    size_t count, float kept, float added, const float *statistic, const float *value, float *moved);

#endif
