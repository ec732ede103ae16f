#include "PNGWriting.h"

#include <stdbool.h>
#include <string.h>

#include <png.h>

static bool describe(png_image *image, int64_t width, int64_t height, int channels) {
    if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff || (channels != 1 && channels != 3)) {
        return false;
    }
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    image->width = (png_uint_32)width;
    image->height = (png_uint_32)height;
    image->format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    return true;
}

size_t fovea_png_capacity(int64_t width, int64_t height, int channels) {
    png_image image;
    if (!describe(&image, width, height, channels) || height > (int64_t)(1 << 30) / (width * channels)) return 0;
    return PNG_IMAGE_PNG_SIZE_MAX(image);
}

size_t fovea_encode_png(
    const uint8_t *pixels, int64_t width, int64_t height, int channels, uint8_t *target, size_t capacity) {
    png_image image;
    png_alloc_size_t length = capacity;
    if (!describe(&image, width, height, channels)) return 0;
    // libpng reports errors by its result here, and jumps nowhere.
    if (!png_image_write_to_memory(&image, target, &length, 0, pixels, 0, NULL)) return 0;
    return length;
}
