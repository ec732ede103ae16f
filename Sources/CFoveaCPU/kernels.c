#include "CFoveaCPU.h"
