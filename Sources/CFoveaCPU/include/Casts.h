#ifndef CFOVEACPU_CASTS_H
#define CFOVEACPU_CASTS_H

#include <stddef.h>
#include <stdint.h>

/// Writes the bfloat16 (the upper half of a float) that is nearest to each number, ties to even; NaN stays NaN.
void fovea_floats_to_bfloat16(size_t count, const float *from, uint16_t *to);

/// Writes the float that each bfloat16 is.
void fovea_bfloat16_to_floats(size_t count, const uint16_t *from, float *to);

#endif
