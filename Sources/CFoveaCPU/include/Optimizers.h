#ifndef CFOVEACPU_OPTIMIZERS_H
#define CFOVEACPU_OPTIMIZERS_H

#include <stdbool.h>
#include <stddef.h>

// Optimizer updates in one pass over memory. Every result may lie where its operand does.

typedef struct {
    float momentum;
    float weight_decay;
    bool nesterov;
} fovea_sgd;

/// One step of stochastic gradient descent; `velocity` and `new_velocity` are NULL without momentum.
void fovea_sgd_update(
    const fovea_sgd *settings, size_t count, const float *parameter, const float *gradient, const float *rate,
    const float *velocity, float *new_parameter, float *new_velocity);

typedef struct {
    double beta1, beta2, epsilon, weight_decay;
    bool decoupled_weight_decay;
} fovea_adam;

/// One step of Adam; `step` is 1 for the first.
void fovea_adam_update(
    const fovea_adam *settings, size_t count, const float *parameter, const float *gradient, const float *rate,
    const float *step, const float *first_moment, const float *second_moment, float *new_parameter,
    float *new_first_moment, float *new_second_moment);

/// moved = kept · statistic + added · value.
void fovea_moving_average(
    size_t count, float kept, float added, const float *statistic, const float *value, float *moved);

#endif
