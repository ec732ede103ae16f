#ifndef CFOVEAIMAGES_H
#define CFOVEAIMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "PNGWriting.h"

/// A decoded image: 8 bits, rows from the top as the file has them, the channels of a pixel beside each other.
typedef struct {
    /// Released with `fovea_image_free`; NULL where there are no pixels.
    uint8_t *_Nullable pixels;
    int64_t width, height;
    /// 1 for luminance, 3 for red, green and blue, 4 for cyan, magenta, yellow and black: how much of each ink is missing.
    int channels;
    /// EXIF's orientation where libvips read the file, otherwise 0.
    int orientation;
    /// The embedded colour profile where libvips read the file, otherwise NULL; released with the pixels.
    uint8_t *_Nullable profile;
    size_t profile_length;
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

/// All decoders take a file that is in memory, and may be called from any thread. Truncated and damaged data is a failure;
/// what is transparent is put on white.

/// Decodes a JPEG file, of which truncated and damaged data is a failure in a region as far as the region needs it.
///
/// `region` is NULL for the whole image. Its pixels are those of the whole image decoded at its scale.
fovea_image_result fovea_decode_jpeg(
    const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits,
    const fovea_image_region *_Nullable region, fovea_image *_Nonnull image);

/// Decodes a PNG file.
fovea_image_result fovea_decode_png(
    const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits, fovea_image *_Nonnull image);

/// Decodes a WebP file, of an animation the first frame.
fovea_image_result fovea_decode_webp(
    const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits, fovea_image *_Nonnull image);

/// Decodes the first frame of a GIF file on its canvas, which grows with a frame that does not fit.
fovea_image_result fovea_decode_gif(
    const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits, fovea_image *_Nonnull image);

void fovea_image_free(fovea_image *_Nonnull image);

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

/// Inks without a profile as red, green and blue, by Pillow's formula: R = C · K / 255 of the numbers that say how much of an
/// ink is missing.
void fovea_inks_to_colours(const uint8_t *_Nonnull inks, uint8_t *_Nonnull colours, size_t pixel_count);

/// A change of an embedded profile's colours to sRGB's, perceptually where the profile says how. Any number of threads may
/// apply one at a time.
typedef struct fovea_colour_transform fovea_colour_transform;

/// NULL where the profile is damaged, not one of 1, 3 or 4 channels as the image has, or describes sRGB.
fovea_colour_transform *_Nullable fovea_colour_transform_create(
    const uint8_t *_Nonnull profile, size_t length, int channels);

/// Gives 1 channel where the profile has 1, otherwise 3; `to` may be `from` unless there are 4.
void fovea_colour_transform_apply(
    const fovea_colour_transform *_Nonnull transform, const uint8_t *_Nonnull from, uint8_t *_Nonnull to,
    size_t pixel_count);

void fovea_colour_transform_free(fovea_colour_transform *_Nonnull transform);

/// Larger embedded profiles are ignored.
static const size_t fovea_most_profile_bytes = 4 << 20;

/// libvips, opened at run time.
typedef struct fovea_vips fovea_vips;

/// NULL where there is no such library, or it is too old. It stays open until the process ends.
fovea_vips *_Nullable fovea_vips_open(const char *_Nonnull name);

/// The part 0, 1 or 2 of the version.
int fovea_vips_version(const fovea_vips *_Nonnull vips, int part);

/// Reads the size, channels and orientation of a file, and no pixel.
fovea_image_result fovea_vips_read_header(
    const fovea_vips *_Nonnull vips, const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits,
    fovea_image *_Nonnull image);

/// Decodes the first picture of a file.
fovea_image_result fovea_vips_decode(
    const fovea_vips *_Nonnull vips, const uint8_t *_Nonnull bytes, size_t length, fovea_image_limits limits,
    fovea_image *_Nonnull image);

/// The versions of the libraries, as `2.1.5`.
const char *_Nonnull fovea_jpeg_version(void);
const char *_Nonnull fovea_png_version(void);
const char *_Nonnull fovea_webp_version(void);
const char *_Nonnull fovea_gif_version(void);
const char *_Nonnull fovea_lcms_version(void);

#endif
