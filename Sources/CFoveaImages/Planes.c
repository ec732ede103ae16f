#include "CFoveaImages.h"

// Several pixels of one channel at a time: their look-ups do not wait for each other.

void fovea_standardize(
    const uint8_t *pixels, int64_t count, int64_t channels, const float *tables, float *planes) {
    for (int64_t c = 0; c < channels; c++) {
        const uint8_t *from = pixels + c;
        const float *table = tables + 256 * c;
        float *plane = planes + c * count;
#pragma clang loop unroll_count(8)
        for (int64_t i = 0; i < count; i++) plane[i] = table[from[i * channels]];
    }
}

void fovea_separate(const uint8_t *pixels, int64_t count, int64_t channels, uint8_t *planes) {
    for (int64_t c = 0; c < channels; c++) {
        const uint8_t *from = pixels + c;
        uint8_t *plane = planes + c * count;
#pragma clang loop unroll_count(8)
        for (int64_t i = 0; i < count; i++) plane[i] = from[i * channels];
    }
}
