#define _GNU_SOURCE
#include "State.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { alignment = 512, poison = 0xFF };

struct allocation {
    uint64_t address;
    size_t count;
    // -1 for the host's memory.
    int device;
    unsigned char *mapping;
    size_t mapped;
};

// In the order of their addresses.
static struct allocation *allocations;
static size_t allocation_count, allocation_capacity;

// The last allocation that begins at or below this address.
static struct allocation *at_or_below(uint64_t address) {
    size_t low = 0, high = allocation_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (allocations[middle].address <= address) low = middle + 1;
        else high = middle;
    }
    return low > 0 ? &allocations[low - 1] : NULL;
}

// An inaccessible page lies before and behind each allocation, which ends as close to the latter as alignment allows.
static int allocate(size_t count, int device, uint64_t *address) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (count == 0 || count > SIZE_MAX / 4) return count == 0 ? fake_invalid_value : fake_out_of_memory;
    size_t aligned = (count + alignment - 1) / alignment * alignment;
    size_t inside = (aligned + page - 1) / page * page;
    if (allocation_count == allocation_capacity) {
        size_t capacity = allocation_capacity ? 2 * allocation_capacity : 64;
        struct allocation *larger = realloc(allocations, capacity * sizeof *larger);
        if (!larger) return fake_out_of_memory;
        allocations = larger;
        allocation_capacity = capacity;
    }
    size_t mapped = inside + 2 * page;
    unsigned char *mapping = mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return fake_out_of_memory;
    if (mprotect(mapping + page, inside, PROT_READ | PROT_WRITE) != 0) {
        munmap(mapping, mapped);
        return fake_out_of_memory;
    }
    unsigned char *begin = mapping + page + inside - aligned;
    memset(begin, poison, aligned);
    uint64_t place = (uint64_t)(uintptr_t)begin;
    struct allocation *before = at_or_below(place);
    size_t index = before ? (size_t)(before - allocations) + 1 : 0;
    memmove(&allocations[index + 1], &allocations[index], (allocation_count - index) * sizeof *allocations);
    allocations[index] = (struct allocation){place, count, device, mapping, mapped};
    allocation_count++;
    *address = place;
    return fake_success;
}

// Writes into the last bytes that only the alignment added reach nobody: they are noticed here.
static void check_end(const struct allocation *allocation) {
    const unsigned char *begin = (const unsigned char *)(uintptr_t)allocation->address;
    for (size_t i = allocation->count; i % alignment != 0; i++) {
        if (begin[i] == poison) continue;
        fake_note_misuse(
            "byte %zu of the %zu bytes at 0x%llx was written", i, allocation->count,
            (unsigned long long)allocation->address);
        return;
    }
}

static int release(uint64_t address, bool is_host) {
    struct allocation *allocation = at_or_below(address);
    if (!allocation || allocation->address != address || (allocation->device < 0) != is_host) {
        fake_note_misuse("0x%llx is freed and not allocated", (unsigned long long)address);
        return fake_invalid_value;
    }
    check_end(allocation);
    munmap(allocation->mapping, allocation->mapped);
    size_t index = (size_t)(allocation - allocations);
    allocation_count--;
    memmove(allocation, allocation + 1, (allocation_count - index) * sizeof *allocations);
    return fake_success;
}

void fake_reset_memory(void) {
    for (size_t i = 0; i < allocation_count; i++) munmap(allocations[i].mapping, allocations[i].mapped);
    allocation_count = 0;
}

bool fake_check_range(uint64_t address, size_t count, const char *use) {
    const struct allocation *allocation = at_or_below(address);
    if (allocation && allocation->device >= 0) {
        size_t offset = (size_t)(address - allocation->address);
        if (offset <= allocation->count && count <= allocation->count - offset) return true;
    }
    fake_note_misuse(
        "%s %zu bytes at 0x%llx, which are not in an allocation", use, count, (unsigned long long)address);
    return false;
}

bool fake_check_pointer(uint64_t address, const char *kernel, int index) {
    const struct allocation *allocation = at_or_below(address);
    if (allocation && address - allocation->address <= allocation->count) return true;
    fake_note_misuse(
        "pointer %d of %s is 0x%llx, which is not in an allocation", index, kernel, (unsigned long long)address);
    return false;
}

// Pageable memory is not known here. What is known has to be the host's, and long enough.
static bool check_host_range(const void *memory, size_t count, const char *use) {
    uint64_t address = (uint64_t)(uintptr_t)memory;
    const struct allocation *allocation = at_or_below(address);
    if (!memory && count > 0) {
        fake_note_misuse("%s %zu bytes at null", use, count);
        return false;
    }
    if (!allocation || address - allocation->address >= allocation->count) return true;
    bool fits = count <= allocation->count - (size_t)(address - allocation->address);
    if (allocation->device < 0 && fits) return true;
    fake_note_misuse("%s %zu bytes at %p, which are not all the host's", use, count, memory);
    return false;
}

static size_t bytes_of(int device) {
    size_t sum = 0;
    for (size_t i = 0; i < allocation_count; i++) {
        if (device < 0 ? allocations[i].device >= 0 : allocations[i].device == device) sum += allocations[i].count;
    }
    return sum;
}

long fake_pinned_allocations(void) {
    long count = 0;
    for (size_t i = 0; i < allocation_count; i++) count += allocations[i].device < 0;
    return count;
}

long fake_gpu_allocations(void) {
    fake_lock();
    long count = (long)allocation_count - fake_pinned_allocations();
    fake_unlock();
    return count;
}

size_t fake_gpu_allocated_bytes(void) {
    fake_lock();
    size_t count = bytes_of(-1);
    fake_unlock();
    return count;
}

static size_t available_bytes(void) {
    size_t used = bytes_of(fake_current_device());
    return used < fake_settings()->total_memory ? fake_settings()->total_memory - used : 0;
}

static int fake_cuMemAlloc_v2(uint64_t *address, size_t count) {
    int code = FAKE_ENTER(cuMemAlloc_v2, fake_needs_context | fake_needs_no_capture);
    if (!code && count > available_bytes()) code = fake_out_of_memory;
    if (!code) code = allocate(count, fake_current_device(), address);
    return FAKE_LEAVE(cuMemAlloc_v2, code);
}

// After an error that ends the context this still frees, so that leaks can be told from what nothing can free any more.
static int fake_cuMemFree_v2(uint64_t address) {
    int code = FAKE_ENTER(cuMemFree_v2, fake_needs_context | fake_needs_no_capture);
    if (address != 0 && (!code || code == fake_sticky())) {
        int result = release(address, false);
        if (!code) code = result;
    }
    return FAKE_LEAVE(cuMemFree_v2, code);
}

static int fake_cuMemGetInfo_v2(size_t *available, size_t *total) {
    int code = FAKE_ENTER(cuMemGetInfo_v2, fake_needs_context);
    if (!code) {
        *available = available_bytes();
        *total = fake_settings()->total_memory;
    }
    return FAKE_LEAVE(cuMemGetInfo_v2, code);
}

static int fake_cuMemHostAlloc(void **memory, size_t count, unsigned flags) {
    int code = FAKE_ENTER(cuMemHostAlloc, fake_needs_context | fake_needs_no_capture);
    if (!code && flags > 7) code = fake_invalid_value;
    uint64_t address = 0;
    if (!code) code = allocate(count, -1, &address);
    if (!code) *memory = (void *)(uintptr_t)address;
    return FAKE_LEAVE(cuMemHostAlloc, code);
}

static int fake_cuMemFreeHost(void *memory) {
    int code = FAKE_ENTER(cuMemFreeHost, fake_needs_context | fake_needs_no_capture);
    if (memory && (!code || code == fake_sticky())) {
        int result = release((uint64_t)(uintptr_t)memory, true);
        if (!code) code = result;
    }
    return FAKE_LEAVE(cuMemFreeHost, code);
}

static int fake_cuMemsetD8Async(uint64_t address, unsigned char value, size_t count, void *stream) {
    int code = FAKE_ENTER(cuMemsetD8Async, fake_needs_context);
    struct fake_work work = {.kind = fake_work_fill, .address = address, .value = value, .count = count};
    if (!code) code = fake_submit(&work, stream);
    return FAKE_LEAVE(cuMemsetD8Async, code);
}

static int fake_cuMemcpyHtoDAsync_v2(uint64_t address, const void *memory, size_t count, void *stream) {
    int code = FAKE_ENTER(cuMemcpyHtoDAsync_v2, fake_needs_context);
    struct fake_work work = {
        .kind = fake_work_to_device, .address = address, .memory = (void *)(uintptr_t)memory, .count = count};
    if (!code) code = fake_submit(&work, stream);
    return FAKE_LEAVE(cuMemcpyHtoDAsync_v2, code);
}

static int fake_cuMemcpyDtoHAsync_v2(void *memory, uint64_t address, size_t count, void *stream) {
    int code = FAKE_ENTER(cuMemcpyDtoHAsync_v2, fake_needs_context);
    struct fake_work work = {.kind = fake_work_to_host, .source = address, .memory = memory, .count = count};
    if (!code) code = fake_submit(&work, stream);
    return FAKE_LEAVE(cuMemcpyDtoHAsync_v2, code);
}

static int fake_cuMemcpyDtoDAsync_v2(uint64_t address, uint64_t source, size_t count, void *stream) {
    int code = FAKE_ENTER(cuMemcpyDtoDAsync_v2, fake_needs_context);
    struct fake_work work = {.kind = fake_work_within_device, .address = address, .source = source, .count = count};
    if (!code) code = fake_submit(&work, stream);
    return FAKE_LEAVE(cuMemcpyDtoDAsync_v2, code);
}

bool fake_move(const struct fake_work *work) {
    void *to = (void *)(uintptr_t)work->address;
    const void *from = (const void *)(uintptr_t)work->source;
    bool is_valid = true;
    if (work->kind != fake_work_to_host) is_valid = fake_check_range(work->address, work->count, "a copy or fill of");
    if (work->kind == fake_work_to_host || work->kind == fake_work_within_device) {
        is_valid = is_valid && fake_check_range(work->source, work->count, "a copy from");
    }
    if (work->kind == fake_work_to_host || work->kind == fake_work_to_device) {
        is_valid = is_valid && check_host_range(work->memory, work->count, "a copy from or to");
    }
    if (!is_valid || work->count == 0) return is_valid;
    switch (work->kind) {
    case fake_work_fill: memset(to, work->value, work->count); break;
    case fake_work_to_device: memcpy(to, work->memory, work->count); break;
    case fake_work_to_host: memcpy(work->memory, from, work->count); break;
    default: memmove(to, from, work->count); break;
    }
    return true;
}

void fake_fill_memory(struct fovea_cuda_driver *calls) {
    calls->cuMemAlloc_v2 = fake_cuMemAlloc_v2;
    calls->cuMemFree_v2 = fake_cuMemFree_v2;
    calls->cuMemGetInfo_v2 = fake_cuMemGetInfo_v2;
    calls->cuMemHostAlloc = fake_cuMemHostAlloc;
    calls->cuMemFreeHost = fake_cuMemFreeHost;
    calls->cuMemsetD8Async = fake_cuMemsetD8Async;
    calls->cuMemcpyHtoDAsync_v2 = fake_cuMemcpyHtoDAsync_v2;
    calls->cuMemcpyDtoHAsync_v2 = fake_cuMemcpyDtoHAsync_v2;
    calls->cuMemcpyDtoDAsync_v2 = fake_cuMemcpyDtoDAsync_v2;
}
