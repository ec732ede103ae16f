#ifndef CFOVEAIMAGES_H
#define CFOVEAIMAGES_H

#include <stddef.h>
#include <stdint.h>

#include "PNGWriting.h"

/// A decoded image: 8 bits, rows from the top as the file has them, the channels of a pixel beside each other.
typedef struct {
    /// Released with `fovea_image_free`; NULL where there are no pixels.
    uint8_t *_Nullable pixels;
    int64_t width, height;
    /// 1 for luminance, 3 for red, green and blue.
    int channels;
    /// Why decoding failed.
    char reason[256];
} fovea_image;

/// The largest image that is decoded.
typedef struct {
    int64_t extent;
    int64_t pixel_count;
} fovea_image_limits;

/// A part of an image, in pixels of the image decoded at 1/`denominator` of its size.
typedef struct {
    int64_t left, top, width, height;
    /// 1, 2, 4 or 8.
    int denominator;
} fovea_image_region;

typedef enum {
    FOVEA_IMAGE_DECODED,
    /// `width` and `height` say what the header declares; no pixel was decoded.
    FOVEA_IMAGE_TOO_LARGE,
    /// `reason` says why.
    FOVEA_IMAGE_FAILED,
} fovea_image_result;

/// Decodes a JPEG file that is in memory; CMYK becomes RGB by Pillow's formula, R = C · K / 255 of the stored
/// numbers, which say how much of an ink is missing. Truncated and damaged data is a failure, in a region as far as the
/// region needs it. May be called from any thread.
///
/// `region` is NULL for the whole image. Its pixels are those of the whole image decoded at its scale.
fovea_image_result fovea_decode_jpeg(
    const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits,
    const fovea_image_region *_Nullable region, fovea_image *_Nonnull image);

/// Decodes a PNG file that is in memory, its transparent parts on white. Truncated and damaged data is a failure. May be
/// called from any thread.
fovea_image_result fovea_decode_png(
    const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits, fovea_image *_Nonnull image);

/// The weights of a resized axis: new pixel i is the sum of `lengths[i]` old ones from `first[i]` on, times
/// `weights[i * length]` and those that follow.
typedef struct {
    int64_t count, length;
    const int64_t *_Nonnull first, *_Nonnull lengths;
    const float *_Nonnull weights;
} fovea_taps;

/// Resizes along the columns first, then along the rows, rounded once at the end. The same result on every processor.
///
/// `line` has room for `column_count` pixels, the columns of the image from `first_column` on that the taps reach, and one
/// number more; `result` for every pixel that is computed, and one byte more.
void fovea_resample(
    const uint8_t *_Nonnull pixels, int64_t width, int64_t channels, fovea_taps rows, fovea_taps columns,
    int64_t first_column, int64_t column_count, float *_Nonnull line, uint8_t *_Nonnull result);

/// Writes the planes of the channels, one after the other, each byte as the number that its channel's table of 256 has for it.
void fovea_standardize(
    const uint8_t *_Nonnull pixels, int64_t count, int64_t channels, const float *_Nonnull tables,
    float *_Nonnull planes);

/// Writes the planes of the channels, one after the other.
void fovea_separate(const uint8_t *_Nonnull pixels, int64_t count, int64_t channels, uint8_t *_Nonnull planes);

void fovea_image_free(fovea_image *_Nonnull image);

/// The version of the library that reads JPEG, as `2.1.5`.
const char *_Nonnull fovea_jpeg_version(void);
/// The version of the library that reads PNG, as `1.6.39`.
const char *_Nonnull fovea_png_version(void);

#endif
