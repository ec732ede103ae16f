#ifndef CFOVEACPU_H
#define CFOVEACPU_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include "Allocator.h"
#include "AveragePooling.h"
#include "Casts.h"
#include "Ceilings.h"
#include "ChannelNormalization.h"
#include "Convolution.h"
#include "CrossEntropy.h"
#include "Depthwise.h"
#include "Elementwise.h"
#include "FilterBlocks.h"
#include "FilterGradient.h"
#include "InvalidOperations.h"
#include "MaxPooling.h"
#include "Movement.h"
#include "Normalization.h"
#include "NormalizationFolding.h"
#include "Optimizers.h"
#include "OverTime.h"
#include "Panels.h"
#include "Parallel.h"
#include "Primitives.h"
#include "ProcessorVectors.h"
#include "RandomMask.h"
#include "Rectifier.h"
#include "Recurrence.h"
#include "Reduction.h"
#include "RowProducts.h"
#include "Sequences.h"
#include "SideBySide.h"
#include "SingleRow.h"
#include "Softmax.h"
#include "Winograd.h"

#endif
