#include "Allocator.h"

#ifdef __linux__
#include <malloc.h>
#endif

void fovea_share_allocator(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
#endif
}
