#ifndef CFOVEACPU_RECTIFIER_H
#define CFOVEACPU_RECTIFIER_H

/// The activation that follows an operation in the same pass over memory.
typedef enum {
    fovea_no_rectifier,
    fovea_rectify,
    fovea_rectify_to_6,
} fovea_rectifier;

#endif
