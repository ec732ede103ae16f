#ifndef CFOVEAVIPS_H
#define CFOVEAVIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A decoded image: 8 bits, rows from the top, the channels of a pixel beside each other.
typedef struct {
    /// Released with `fovea_vips_free`; NULL where there are no pixels.
    uint8_t *_Nullable pixels;
    int width;
    int height;
    /// 1 for luminance, 3 for sRGB.
    int channels;
    /// Why decoding failed.
    char reason[512];
} FoveaVipsImage;

typedef enum {
    FOVEA_VIPS_DECODED,
    /// `width` and `height` say what the header declares; no pixel was decoded.
    FOVEA_VIPS_TOO_LARGE,
    /// `reason` says why.
    FOVEA_VIPS_FAILED,
    /// libvips cannot be used: see `fovea_vips_problem`.
    FOVEA_VIPS_MISSING,
} FoveaVipsResult;

/// Loads libvips, unless that has happened before; NULL when it can be used, otherwise the reason why not. May be called
/// from any thread.
const char *_Nullable fovea_vips_problem(void);

/// Decodes a PNG or JPEG file that is in memory, upright as its EXIF orientation says, its transparent parts on white.
/// Truncated and damaged data is a failure. May be called from any thread.
FoveaVipsResult fovea_vips_decode(
    const void *_Nonnull bytes, size_t length, bool is_png, int maximum_extent, int64_t maximum_pixel_count,
    FoveaVipsImage *_Nonnull image);

void fovea_vips_free(FoveaVipsImage *_Nonnull image);

/// The version of libvips, as `8.14.1`; NULL when it cannot be used.
const char *_Nullable fovea_vips_version(void);

#endif
