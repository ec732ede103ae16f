#include "RandomMask.h"

#include "Parallel.h"
#include "Vectors.h"


// Philox 4×32 with 10 rounds: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
ALWAYS_INLINE void philox(uint32_t key0, uint32_t key1, uint32_t counter[4]) {
    for (int round = 0; round < 10; round++) {
        uint64_t first = (uint64_t)counter[0] * 0xD2511F53u;
        uint64_t second = (uint64_t)counter[2] * 0xCD9E8D57u;
        counter[0] = (uint32_t)(second >> 32) ^ counter[1] ^ key0;
        counter[1] = (uint32_t)second;
        counter[2] = (uint32_t)(first >> 32) ^ counter[3] ^ key1;
        counter[3] = (uint32_t)first;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

typedef struct {
    uint32_t key[2];
    uint32_t threshold;
    float kept;
    size_t count;
    float *mask;
} task;

// Draws blocks of four words; the mask may end within the last one.
WIDE_LOOP(draw_blocks) {
    const task *t = context;
    uint32_t key0 = t->key[0], key1 = t->key[1], threshold = t->threshold;
    float kept = t->kept;
    size_t whole = t->count / 4 < end ? t->count / 4 : end;
    for (size_t block = begin; block < whole; block++) {
        uint32_t words[4] = {(uint32_t)block, (uint32_t)(block >> 32), 0, 2};
        philox(key0, key1, words);
        for (int i = 0; i < 4; i++) t->mask[4 * block + i] = words[i] >= threshold ? kept : 0;
    }
    for (size_t block = whole > begin ? whole : begin; block < end; block++) {
        uint32_t words[4] = {(uint32_t)block, (uint32_t)(block >> 32), 0, 2};
        philox(key0, key1, words);
        for (size_t i = 4 * block; i < t->count; i++) t->mask[i] = words[i % 4] >= threshold ? kept : 0;
    }
}

void fovea_random_mask(
    const uint32_t key[2], uint64_t stream, uint32_t threshold, float kept, size_t count, float *mask) {
    uint32_t derived[4] = {(uint32_t)stream, (uint32_t)(stream >> 32), 0, 1};
    philox(key[0], key[1], derived);
    task t = {{derived[0], derived[1]}, threshold, kept, count, mask};
    fovea_parallel_for((count + 3) / 4, 1024, draw_blocks, &t);
}
