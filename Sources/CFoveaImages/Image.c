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
    free(image->profile);
    image->pixels = NULL;
    image->profile = NULL;
    image->profile_length = 0;
}

// The product of two numbers of which each means 0 to 1, as 0 to 255.
static inline uint8_t share(unsigned a, unsigned b) { return (uint8_t)((a * b + 127) / 255); }

void fovea_image_put_on_white(fovea_image *image) {
    int channels = image->channels;
    const uint8_t *from = image->pixels;
    uint8_t *to = image->pixels;
    for (int64_t i = 0; i < image->width * image->height; i++, from += channels) {
        unsigned alpha = from[channels - 1];
        for (int c = 0; c < channels - 1; c++) *to++ = (uint8_t)(share(from[c], alpha) + (255 - alpha));
    }
    image->channels = channels - 1;
}

void fovea_inks_to_colours(const uint8_t *inks, uint8_t *colours, size_t pixel_count) {
    for (size_t i = 0; i < pixel_count; i++, inks += 4, colours += 3) {
        for (int c = 0; c < 3; c++) colours[c] = share(inks[c], inks[3]);
    }
}
