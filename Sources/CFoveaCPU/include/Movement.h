#ifndef CFOVEACPU_MOVEMENT_H
#define CFOVEACPU_MOVEMENT_H

#include <stddef.h>
#include <stdint.h>

/// Maximum rank of a view.
enum { fovea_maximum_rank = 12 };

/// A tensor read with any stride along each axis; a stride of 0 repeats its elements.
typedef struct {
    int rank;
    size_t sizes[fovea_maximum_rank];
    size_t strides[fovea_maximum_rank];
} fovea_view;

/// Writes the elements (4 bytes each) that a view reads, row by row.
void fovea_copy_view(const fovea_view *view, const uint32_t *from, uint32_t *to);

/// Reads memory with all threads, so that as much of it as fits is in the caches and what was there before is not.
void fovea_read(const void *memory, size_t byte_count);

/// Writes, for each of `batch` images, its elements (4 bytes each) of `count` tensors one after the other; an image has
/// `sizes[i]` elements in tensor i.
void fovea_join(
    size_t batch, size_t count, const size_t *sizes, const uint32_t *const *parts, uint32_t *joined);

#endif
