#ifndef CFOVEACPU_H
#define CFOVEACPU_H

#include <oneapi/dnnl/dnnl.h>

#endif
