#ifndef CFOVEACPU_H
#define CFOVEACPU_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include "Elementwise.h"
#include "MaxPooling.h"
#include "Movement.h"
#include "Parallel.h"
#include "Primitives.h"
#include "Reduction.h"

#endif
