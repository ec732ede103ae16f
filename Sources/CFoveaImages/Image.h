#ifndef CFOVEAIMAGES_IMAGE_H
#define CFOVEAIMAGES_IMAGE_H

#include <stdbool.h>

#include "CFoveaImages.h"

/// What all decoders do with an image.

/// Notes the size that a header declares; false where it is too large.
bool fovea_image_may_be(int64_t width, int64_t height, fovea_image_limits limits, fovea_image *image);

/// Takes memory for so many channels of each pixel, all 0; false where there is none.
bool fovea_image_allocate(fovea_image *image, int channels);

/// Leaves out alpha, the last channel, by putting pixels on white.
void fovea_image_put_on_white(fovea_image *image);

#endif
