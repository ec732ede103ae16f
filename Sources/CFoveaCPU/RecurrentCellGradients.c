#include "RecurrentCellGradients.h"

#include "RecurrentCells.h"
#include "Vectors.h"

EXPORTED_WIDE_VECTORS(
    fovea_plain_gradient,
    (bool rectified, size_t hidden, const float *restrict state, const float *restrict for_state,
     float *restrict sums),
    (rectified, hidden, state, for_state, sums)) {
    if (rectified) {
        for (size_t k = 0; k < hidden; k++) sums[k] = state[k] > 0 ? for_state[k] : for_state[k] * 0;
    } else {
        for (size_t k = 0; k < hidden; k++) sums[k] = for_state[k] * (1 - state[k] * state[k]);
    }
}

EXPORTED_WIDE_VECTORS(fovea_lstm_gradient, (size_t hidden, const fovea_lstm_row *row), (hidden, row)) {
    const float *restrict i = row->gates, *restrict f = i + hidden, *restrict g = f + hidden, *restrict o = g + hidden;
    const float *restrict cell = row->cell, *restrict before = row->before, *restrict for_state = row->for_state;
    float *restrict for_cell = row->for_cell, *restrict sums = row->sums;
    for (size_t k = 0; k < hidden; k++) {
        float c = hyperbolic_tangent(cell[k]);
        float for_c = for_cell[k] + for_state[k] * o[k] * (1 - c * c);
        sums[k] = for_c * g[k] * i[k] * (1 - i[k]);
        sums[hidden + k] = for_c * before[k] * f[k] * (1 - f[k]);
        sums[2 * hidden + k] = for_c * i[k] * (1 - g[k] * g[k]);
        sums[3 * hidden + k] = for_state[k] * c * o[k] * (1 - o[k]);
        for_cell[k] = for_c * f[k];
    }
}

EXPORTED_WIDE_VECTORS(fovea_lstm_gradient_with_peepholes, (size_t hidden, const fovea_lstm_row *row), (hidden, row)) {
    const float *restrict i = row->gates, *restrict f = i + hidden, *restrict g = f + hidden, *restrict o = g + hidden;
    const float *restrict cell = row->cell, *restrict before = row->before, *restrict for_state = row->for_state;
    const float *restrict p_i = row->peepholes, *restrict p_o = p_i + hidden, *restrict p_f = p_o + hidden;
    float *restrict for_cell = row->for_cell, *restrict sums = row->sums, *restrict for_p = row->for_peepholes;
    for (size_t k = 0; k < hidden; k++) {
        float c = hyperbolic_tangent(cell[k]);
        float for_o = for_state[k] * c * o[k] * (1 - o[k]);
        float for_c = for_cell[k] + for_state[k] * o[k] * (1 - c * c) + for_o * p_o[k];
        float for_i = for_c * g[k] * i[k] * (1 - i[k]), for_f = for_c * before[k] * f[k] * (1 - f[k]);
        sums[k] = for_i;
        sums[hidden + k] = for_f;
        sums[2 * hidden + k] = for_c * i[k] * (1 - g[k] * g[k]);
        sums[3 * hidden + k] = for_o;
        for_p[k] += for_i * before[k];
        for_p[hidden + k] += for_o * cell[k];
        for_p[2 * hidden + k] += for_f * before[k];
        for_cell[k] = for_c * f[k] + for_i * p_i[k] + for_f * p_f[k];
    }
}

// Gradients of the update and the new gate; `for_state` becomes what reaches the state before past the gates.
EXPORTED_WIDE_VECTORS(
    fovea_gru_gradient,
    (bool resets_first, size_t hidden, const fovea_gru_row *row),
    (resets_first, hidden, row)) {
    const float *restrict r = row->gates, *restrict z = r + hidden, *restrict n = z + hidden, *restrict q = n + hidden;
    const float *restrict before = row->before;
    float *restrict for_state = row->for_state, *restrict sums = row->sums, *restrict reset = row->reset;
    for (size_t k = 0; k < hidden; k++) {
        float for_n = for_state[k] * (1 - z[k]) * (1 - n[k] * n[k]);
        sums[hidden + k] = for_state[k] * (before[k] - n[k]) * z[k] * (1 - z[k]);
        sums[2 * hidden + k] = for_n;
        sums[3 * hidden + k] = resets_first ? for_n : for_n * r[k];
        if (!resets_first) sums[k] = for_n * q[k] * r[k] * (1 - r[k]);
        if (resets_first) reset[k] = r[k] * before[k];
        for_state[k] *= z[k];
    }
}

// The reset gate's gradient from that of the state behind it, where it acts before the product.
EXPORTED_WIDE_VECTORS(fovea_reset_gradient, (size_t hidden, const fovea_gru_row *row), (hidden, row)) {
    const float *restrict r = row->gates, *restrict before = row->before, *restrict for_reset = row->for_reset;
    float *restrict sums = row->sums, *restrict for_state = row->for_state;
    for (size_t k = 0; k < hidden; k++) {
        sums[k] = for_reset[k] * before[k] * r[k] * (1 - r[k]);
        for_state[k] += for_reset[k] * r[k];
    }
}

EXPORTED_WIDE_VECTORS(
    fovea_add_row,
    (size_t count, const float *restrict from, float *restrict to),
    (count, from, to)) {
    for (size_t k = 0; k < count; k++) to[k] += from[k];
}

EXPORTED_WIDE_VECTORS(
    fovea_add_in_double,
    (size_t count, const float *restrict from, double *restrict to),
    (count, from, to)) {
    for (size_t k = 0; k < count; k++) to[k] += from[k];
}

// An LSTM's state before its projection.
EXPORTED_WIDE_VECTORS(
    fovea_unprojected_state,
    (size_t hidden, const float *gates, const float *cell, float *state),
    (hidden, gates, cell, state)) {
    const float *o = gates + 3 * hidden;
    for (size_t k = 0; k < hidden; k++) state[k] = o[k] * hyperbolic_tangent(cell[k]);
}
