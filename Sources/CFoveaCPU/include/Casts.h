#ifndef CFOVEACPU_CASTS_H
#define CFOVEACPU_CASTS_H

#include <stddef.h>
#include <stdint.h>

/// Rounds each number to the nearest bfloat16 (the upper half of a float), ties to even; NaN stays NaN.
void fovea_floats_to_bfloat16(size_t count, const float *from, uint16_t *to);

/// Widens each bfloat16 to a float, exactly.
void fovea_bfloat16_to_floats(size_t count, const uint16_t *from, float *to);

#endif
