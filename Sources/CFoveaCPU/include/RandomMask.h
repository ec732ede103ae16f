#ifndef CFOVEACPU_RANDOM_MASK_H
#define CFOVEACPU_RANDOM_MASK_H

#include <stddef.h>
#include <stdint.h>

/// Fills a mask: element i is `kept` if word i of the counter-based generator with this key, derived for `stream`, is not
/// below the threshold, and 0 otherwise.
void fovea_random_mask(
    const uint32_t key[2], uint64_t stream, uint32_t threshold, float kept, size_t count, float *mask);

#endif
