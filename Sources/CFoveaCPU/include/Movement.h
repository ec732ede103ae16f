#ifndef CFOVEACPU_MOVEMENT_H
#define CFOVEACPU_MOVEMENT_H

#include <stddef.h>
#include <stdint.h>

/// The largest rank that the loops below take.
#define FOVEA_MAXIMUM_RANK 12

/// A tensor read with any stride along each axis; a stride of 0 repeats its elements.
typedef struct {
    int rank;
    size_t sizes[FOVEA_MAXIMUM_RANK];
    size_t strides[FOVEA_MAXIMUM_RANK];
} fovea_view;

/// Writes the elements (4 bytes each) that a view reads, row by row.
void fovea_copy_view(const fovea_view *view, const uint32_t *from, uint32_t *to);

/// Reads memory with all threads, so that what fits into the caches is there and what was there before is not.
void fovea_read(const void *memory, size_t byte_count);

/// Puts `count` tensors one after the other, `batch` times: of tensor i the stretch of `sizes[i]` elements (4 bytes each)
/// that belongs to each image.
void fovea_join(
    size_t batch, size_t count, const size_t *sizes, const uint32_t *const *parts, uint32_t *joined);

#endif
