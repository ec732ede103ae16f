#include "Image.h"

#include <stdlib.h>

bool fovea_image_may_be(int64_t width, int64_t height, fovea_image_limits limits, fovea_image *image) {
    image->width = width;
    image->height = height;
    return width <= limits.extent && height <= limits.extent && width * height <= limits.pixel_count;
}

bool fovea_image_allocate(fovea_image *image, int channels) {
    image->channels = channels;
    image->pixels = calloc((size_t)(image->width * image->height), (size_t)channels);
    return image->pixels != NULL;
}

void fovea_image_free(fovea_image *image) {
    free(image->pixels);
    image->pixels = NULL;
}
