#ifndef CFOVEACPU_RECURRENT_CELL_GRADIENTS_H
#define CFOVEACPU_RECURRENT_CELL_GRADIENTS_H

#include <stdbool.h>
#include <stddef.h>

// Gradients of recurrent cells, one row each. `for_state` and `for_cell` are those with respect to the state and the cell after
// the step; the latter becomes that before the step. `sums` are those with respect to the sums of the gates.

typedef struct {
    const float *gates, *cell, *before, *for_state, *peepholes;
    float *for_cell, *sums, *for_peepholes;
} fovea_lstm_row;

typedef struct {
    const float *gates, *before;
    float *for_state, *sums, *reset, *for_reset;
} fovea_gru_row;

void fovea_plain_gradient(
    bool rectified, size_t hidden, const float *state, const float *for_state, float *sums);

void fovea_lstm_gradient(size_t hidden, const fovea_lstm_row *row);

void fovea_lstm_gradient_with_peepholes(size_t hidden, const fovea_lstm_row *row);

void fovea_gru_gradient(bool resets_first, size_t hidden, const fovea_gru_row *row);

void fovea_reset_gradient(size_t hidden, const fovea_gru_row *row);

void fovea_add_row(size_t count, const float *from, float *to);

void fovea_add_in_double(size_t count, const float *from, double *to);

void fovea_unprojected_state(size_t hidden, const float *gates, const float *cell, float *state);

#endif
