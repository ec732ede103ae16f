#ifndef CFOVEACPU_CHANNEL_NORMALIZATION_H
#define CFOVEACPU_CHANNEL_NORMALIZATION_H

#include "Rectifier.h"

/// A normalization of images, f((x − mean) / √(variance + ε) · scale + bias), that a kernel applies to what it reads: the
/// normalized images are never written.
typedef struct {
    /// One number for each channel.
    const float *scale, *bias, *mean, *variance;
    double epsilon;
    fovea_rectifier rectifier;
} fovea_channel_normalization;

#endif
