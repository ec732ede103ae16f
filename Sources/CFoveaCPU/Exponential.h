#ifndef CFOVEACPU_EXPONENTIAL_H
#define CFOVEACPU_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

#include "Vectors.h"

/// eˣ to within 2 units in the last place, in operations that a loop can vectorize: 0 below −87, infinite where a float
/// overflows; NaN stays NaN.
ALWAYS_INLINE float exponential(float x) {
    // eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and |r| ≤ ln 2 / 2. Adding and subtracting 1.5 · 2²³ rounds to an integer,
    // which the low bits of the sum then hold; ln 2 is subtracted in two parts, the first of which has an exact product.
    const float shift = 12582912.0f;
    float bounded = x < -87.0f ? -87.0f : x > 89.0f ? 89.0f : x;
    float shifted = bounded * 1.44269504f + shift;
    float n = shifted - shift;
    float r = bounded - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t exponent;
    memcpy(&exponent, &shifted, sizeof exponent);
    // The low bits, sign included. 2ⁿ takes two factors, because 2¹²⁸ is not a float although eʳ · 2¹²⁸ may be one.
    exponent = (int32_t)((uint32_t)exponent << 16) >> 16;
    int32_t first = exponent / 2;
    int32_t bits[2] = {(first + 127) << 23, (exponent - first + 127) << 23};
    float powers[2];
    memcpy(powers, bits, sizeof powers);
    float result = p * powers[0] * powers[1];
    return x < -87.0f ? 0.0f : result;
}

#endif
