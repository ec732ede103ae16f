#ifndef CFOVEACPU_ALLOCATOR_H
#define CFOVEACPU_ALLOCATOR_H

/// Makes all threads allocate from the C library's main arena, which otherwise reserves 64 MiB of addresses for each.
void fovea_share_allocator(void);

#endif
