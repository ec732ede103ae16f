#include "Panels.h"

#include <stdbool.h>

#include "Sizes.h"
#include "Vectors.h"

enum { most_rows = 8, most_vectors = 3 };

// How many vectors a panel is wide. With registers for 24 sums, 8 rows times 3 vectors keep two multipliers busy.
static size_t panel_vectors(void) { return fovea_processor_lanes() == vector_lanes ? most_vectors : 1; }

size_t fovea_padded(size_t columns) { return divide_up(columns, vector_lanes) * vector_lanes; }

size_t fovea_packed_count(size_t depth, size_t columns) { return depth * fovea_padded(columns); }

void fovea_pack_panels(
    const float *matrix, size_t depth_stride, size_t column_stride, size_t first, size_t depth, size_t total_depth,
    size_t columns, float *panels) {
    size_t width = panel_vectors() * vector_lanes, padded = fovea_padded(columns);
    for (size_t start = 0; start < padded; start += width) {
        size_t used = smaller(width, padded - start);
        float *panel = panels + start * total_depth + first * used;
        for (size_t k = 0; k < depth; k++) {
            for (size_t j = 0; j < used; j++) {
                size_t column = start + j;
                panel[k * used + j] =
                    column < columns ? matrix[k * depth_stride + column * column_stride] : 0;
            }
        }
    }
}

typedef struct {
    fovea_row_list one, other;
    const float *start;
    size_t start_stride;
    float *result;
    size_t stride;
} product;

ALWAYS_INLINE void add_rows(
    const fovea_row_list *list, size_t row, const float *panel, const int rows, const int vectors,
    vector sums[most_rows][most_vectors]) {
    const float *x[most_rows];
    UNROLL
    for (int i = 0; i < rows; i++) x[i] = list->rows[row + (size_t)i];
    for (size_t k = 0; k < list->depth; k++) {
        const float *weights = panel + k * (size_t)vectors * vector_lanes;
        UNROLL
        for (int j = 0; j < vectors; j++) {
            vector w = *(const unaligned_vector *)(weights + j * vector_lanes);
            UNROLL
            for (int i = 0; i < rows; i++) sums[i][j] += x[i][k] * w;
        }
    }
}

ALWAYS_INLINE void multiply_tile(
    const product *p, size_t row, const float *panel, size_t column, const int rows, const int vectors) {
    vector sums[most_rows][most_vectors];
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int j = 0; j < vectors; j++) {
            const float *start = p->start + (row + (size_t)i) * p->start_stride + column + (size_t)j * vector_lanes;
            sums[i][j] = p->start == NULL ? (vector){0} : *(const unaligned_vector *)start;
        }
    }
    if (p->one.depth > 0) add_rows(&p->one, row, panel, rows, vectors, sums);
    const float *rest = panel + p->one.depth * (size_t)vectors * vector_lanes;
    if (p->other.depth > 0) add_rows(&p->other, row, rest, rows, vectors, sums);
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int j = 0; j < vectors; j++) {
            float *result = p->result + (row + (size_t)i) * p->stride + column + (size_t)j * vector_lanes;
            *(unaligned_vector *)result = sums[i][j];
        }
    }
}

ALWAYS_INLINE void multiply_panel(
    const product *p, size_t count, const float *panel, size_t column, const int vectors) {
    size_t row = 0;
    if (vectors > 1) {
        for (; row + most_rows <= count; row += most_rows) multiply_tile(p, row, panel, column, most_rows, vectors);
    }
    for (; row + 4 <= count; row += 4) multiply_tile(p, row, panel, column, 4, vectors);
    if (row + 2 <= count) {
        multiply_tile(p, row, panel, column, 2, vectors);
        row += 2;
    }
    if (row < count) multiply_tile(p, row, panel, column, 1, vectors);
}

EXPORTED_WIDE_VECTORS(
    fovea_multiply_panels,
    (size_t count, fovea_row_list one, fovea_row_list other, const float *panels, size_t columns,
     const float *start, size_t start_stride, float *result, size_t stride),
    (count, one, other, panels, columns, start, start_stride, result, stride)) {
    product p = {one, other, start, start_stride, result, stride};
    size_t most = panel_vectors(), vectors = fovea_padded(columns) / vector_lanes, depth = one.depth + other.depth;
    for (size_t first = 0; first < vectors; first += most) {
        const float *panel = panels + first * vector_lanes * depth;
        size_t column = first * vector_lanes;
        switch (smaller(most, vectors - first)) {
        case 3: multiply_panel(&p, count, panel, column, 3); break;
        case 2: multiply_panel(&p, count, panel, column, 2); break;
        default: multiply_panel(&p, count, panel, column, 1); break;
        }
    }
}

typedef struct {
    size_t depth, left_stride, right_stride, sum_stride;
} strides;

ALWAYS_INLINE void add_tile(
    const strides *s, const float *left, const float *right, float *sums, const int rows, const int vectors) {
    vector total[most_rows][most_vectors];
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int j = 0; j < vectors; j++) {
            total[i][j] = *(const unaligned_vector *)(sums + (size_t)i * s->sum_stride + (size_t)j * vector_lanes);
        }
    }
    for (size_t k = 0; k < s->depth; k++) {
        UNROLL
        for (int j = 0; j < vectors; j++) {
            vector r = *(const unaligned_vector *)(right + k * s->right_stride + (size_t)j * vector_lanes);
            UNROLL
            for (int i = 0; i < rows; i++) total[i][j] += left[k * s->left_stride + (size_t)i] * r;
        }
    }
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int j = 0; j < vectors; j++) {
            *(unaligned_vector *)(sums + (size_t)i * s->sum_stride + (size_t)j * vector_lanes) = total[i][j];
        }
    }
}

ALWAYS_INLINE void add_columns(
    const strides *s, const float *left, size_t rows, const float *right, float *sums, const int vectors) {
    size_t row = 0;
    if (vectors > 1) {
        for (; row + most_rows <= rows; row += most_rows) {
            add_tile(s, left + row, right, sums + row * s->sum_stride, most_rows, vectors);
        }
    }
    for (; row + 4 <= rows; row += 4) add_tile(s, left + row, right, sums + row * s->sum_stride, 4, vectors);
    for (; row < rows; row++) add_tile(s, left + row, right, sums + row * s->sum_stride, 1, vectors);
}

EXPORTED_WIDE_VECTORS(
    fovea_add_products,
    (size_t depth, const float *left, size_t left_stride, size_t rows, const float *right, size_t right_stride,
     size_t columns, float *sums, size_t sum_stride),
    (depth, left, left_stride, rows, right, right_stride, columns, sums, sum_stride)) {
    strides s = {depth, left_stride, right_stride, sum_stride};
    size_t most = panel_vectors(), vectors = fovea_padded(columns) / vector_lanes;
    for (size_t first = 0; first < vectors; first += most) {
        const float *part = right + first * vector_lanes;
        float *result = sums + first * vector_lanes;
        switch (smaller(most, vectors - first)) {
        case 3: add_columns(&s, left, rows, part, result, 3); break;
        case 2: add_columns(&s, left, rows, part, result, 2); break;
        default: add_columns(&s, left, rows, part, result, 1); break;
        }
    }
}
