#ifndef CFOVEACPU_ALLOCATOR_H
#define CFOVEACPU_ALLOCATOR_H

/// Makes all threads share the C library's first stretch of memory, where it would give each one of 64 MiB of addresses.
void fovea_share_allocator(void);

#endif
