#ifndef CFOVEAIMAGES_PNGWRITING_H
#define CFOVEAIMAGES_PNGWRITING_H

#include <stddef.h>
#include <stdint.h>

/// The most bytes that an image of this size takes as PNG; 0 where it is too large.
size_t fovea_png_capacity(int64_t width, int64_t height, int channels);

/// Writes an image as PNG: 8 bits, rows from the top, 1 channel for luminance or 3 for red, green and blue.
///
/// Returns the number of bytes written, 0 on failure. May be called from any thread.
size_t fovea_encode_png(
    const uint8_t *_Nonnull pixels, int64_t width, int64_t height, int channels, uint8_t *_Nonnull target,
    size_t capacity);

#endif
