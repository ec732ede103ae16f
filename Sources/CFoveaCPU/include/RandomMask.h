#ifndef CFOVEACPU_RANDOM_MASK_H
#define CFOVEACPU_RANDOM_MASK_H

#include <stddef.h>
#include <stdint.h>

/// Fills a mask: element i is 0 if word i of the counter-based generator with this key, derived for `stream`, is below
/// the threshold, and `kept` otherwise.
void fovea_random_mask(
    const uint32_t key[2], uint64_t stream, uint32_t threshold, float kept, size_t count, float *mask);

#endif
