#ifndef CFOVEACPU_RECURRENCE_H
#define CFOVEACPU_RECURRENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    fovea_cell_tanh,
    fovea_cell_relu,
    fovea_cell_lstm,
    /// The reset gate acts on the product of state and weights.
    fovea_cell_gru,
    /// The reset gate acts on the state before the product.
    fovea_cell_gru_reset_first
} fovea_cell;

/// A recurrent layer over a batch of sequences in one direction.
typedef struct {
    fovea_cell cell;
    bool reversed;
    size_t steps, batch;
    /// The numbers of an input, of the cell, and of the state and the result: as many as the cell's without a projection.
    size_t inputs, hidden, outputs;
} fovea_recurrence;

/// The operands of a recurrent layer: x [T, N, I], then weights and biases with the rows of the gates one after the other;
/// NULL for what the cell does not have, and for lengths where all sequences have all steps.
typedef struct {
    const float *x, *input_weights, *recurrent_weights, *input_bias, *recurrent_bias;
    /// The state before the first step, [N, outputs], and the LSTM's cell [N, hidden].
    const float *state, *cell;
    /// [outputs, hidden].
    const float *projection;
    /// [3, hidden]: of the input, the output and the forget gate.
    const float *peepholes;
    /// int32 [N]; below 0 count as 0, above T as T.
    const int32_t *lengths;
} fovea_recurrence_operands;

typedef struct {
    /// [T, N, outputs] and [N, outputs].
    float *sequence, *last;
    /// The LSTM's cell after the last step, [N, hidden].
    float *last_cell;
    /// What the gradient needs, [T, N, gates, hidden] and [T, N, hidden]; NULL where nothing reads it.
    float *gates, *cells;
} fovea_recurrence_results;

/// The numbers that are kept of a step for the gradient, in units of `hidden`.
size_t fovea_recurrence_kept_gates(fovea_cell cell);

/// The floats that the packed weights take.
size_t fovea_recurrence_packed_count(const fovea_recurrence *r);

void fovea_recurrence_pack(const fovea_recurrence *r, const fovea_recurrence_operands *o, float *packed);

/// The floats that a run needs beside the packed weights.
size_t fovea_recurrence_scratch_count(const fovea_recurrence *r);

void fovea_recurrence_run(
    const fovea_recurrence *r, const fovea_recurrence_operands *o, const float *packed,
    const fovea_recurrence_results *results, float *scratch);

/// What the gradient reads beside the layer's operands: its results, and the upstream gradients, NULL where there is none.
typedef struct {
    const float *sequence, *gates, *cells;
    const float *for_sequence, *for_last, *for_last_cell;
} fovea_recurrence_upstream;

/// The gradients, each with the shape of what it belongs to; NULL where nothing reads it.
typedef struct {
    float *x, *input_weights, *recurrent_weights, *input_bias, *recurrent_bias, *state, *cell, *projection, *peepholes;
} fovea_recurrence_gradients;

size_t fovea_recurrence_gradient_scratch_count(const fovea_recurrence *r);

void fovea_recurrence_gradient(
    const fovea_recurrence *r, const fovea_recurrence_operands *o, const fovea_recurrence_upstream *upstream,
    const fovea_recurrence_gradients *gradients, float *scratch);

#endif
