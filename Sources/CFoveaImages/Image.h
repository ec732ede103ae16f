#ifndef CFOVEAIMAGES_IMAGE_H
#define CFOVEAIMAGES_IMAGE_H

#include <stdbool.h>

#include "CFoveaImages.h"

/// What both decoders do with an image.

/// Notes the size that a header declares; false where it is too large.
bool fovea_image_may_be(int64_t width, int64_t height, fovea_image_limits limits, fovea_image *image);

/// Takes memory for so many channels of each pixel; false where there is none.
bool fovea_image_allocate(fovea_image *image, int channels);

/// The product of two numbers of which each means 0 to 1, as 0 to 255.
static inline uint8_t fovea_share(unsigned a, unsigned b) { return (uint8_t)((a * b + 127) / 255); }

#endif
