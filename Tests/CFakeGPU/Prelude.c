// CUDA's dialect of C++ as NVRTC has it without any header, for the processor. What is missing here does not compile:
// `INFINITY`, `NAN`, `assert`, `printf`, `size_t` and the types of <stdint.h> are missing in NVRTC too.
#include "State.h"

#define LINES(...) #__VA_ARGS__ "\n"

const char fake_prelude[] =
    "#pragma once\n"
    "#define __CUDACC__ 1\n"
    "#define __CUDACC_RTC__ 1\n"
    "#define __global__ __attribute__((visibility(\"default\")))\n"
    "#define __device__\n"
    "#define __host__\n"
    "#define __constant__\n"
    // One block runs at a time, and its threads on one thread of the processor.
    "#define __shared__ static\n"
    "#define __forceinline__ inline __attribute__((always_inline))\n"
    "#define __noinline__ __attribute__((noinline))\n"
    "#define __align__(count) __attribute__((aligned(count)))\n"
    "#define __launch_bounds__(...)\n"
    // The same as `struct fake_block`, and CUDA's vectors.
    LINES(
        struct uint3 { unsigned x, y, z; };
        struct fake_gpu_block_type {
            uint3 thread, block, block_size, grid_size;
            void (*synchronize)();
            const unsigned long *(*exchange)(unsigned, unsigned long);
        };
        extern "C" __attribute__((visibility("default"))) fake_gpu_block_type fake_gpu_block;
        fake_gpu_block_type fake_gpu_block;
        static const uint3 &threadIdx = fake_gpu_block.thread;
        static const uint3 &blockIdx = fake_gpu_block.block;
        static const uint3 &blockDim = fake_gpu_block.block_size;
        static const uint3 &gridDim = fake_gpu_block.grid_size;
        static const int warpSize = 32;)
    "#define FAKE_VECTORS(type, name) \\\n"
    "    struct __attribute__((aligned(2 * sizeof(type)))) name##2 { type x, y; }; \\\n"
    "    struct __attribute__((aligned(4 * sizeof(type)))) name##4 { type x, y, z, w; }; \\\n"
    "    static inline name##2 make_##name##2(type x, type y) { return {x, y}; } \\\n"
    "    static inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }\n"
    "FAKE_VECTORS(float, float)\n"
    "FAKE_VECTORS(int, int)\n"
    "FAKE_VECTORS(unsigned, uint)\n"
    LINES(
        static inline void __syncthreads() {
            fake_gpu_block.synchronize();
            __asm__ volatile("" ::: "memory");
        }
        static inline unsigned fake_gpu_lane() {
            return (threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32;
        }
        static inline void __syncwarp(unsigned mask = 0xFFFFFFFF) {
            fake_gpu_block.exchange(mask, 0);
            __asm__ volatile("" ::: "memory");
        }
        template <typename T> static inline T fake_gpu_shuffle(unsigned mask, T value, unsigned lane) {
            static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move numbers");
            unsigned long bits = 0;
            __builtin_memcpy(&bits, &value, sizeof value);
            const unsigned long *all = fake_gpu_block.exchange(mask, bits);
            __asm__ volatile("" ::: "memory");
            __builtin_memcpy(&value, &all[lane], sizeof value);
            return value;
        }
        template <typename T>
        static inline T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32) {
            unsigned lane = fake_gpu_lane(), end = (lane & ~(unsigned)(width - 1)) + (unsigned)width;
            return fake_gpu_shuffle(mask, value, lane + distance < end ? lane + distance : lane);
        }
        template <typename T>
        static inline T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32) {
            unsigned lane = fake_gpu_lane(), inside = lane & (unsigned)(width - 1);
            return fake_gpu_shuffle(mask, value, inside >= distance ? lane - distance : lane);
        }
        template <typename T>
        static inline T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
            unsigned lane = fake_gpu_lane(), end = (lane & ~(unsigned)(width - 1)) + (unsigned)width;
            unsigned other = lane ^ (unsigned)bits;
            return fake_gpu_shuffle(mask, value, other < end ? other : lane);
        }
        template <typename T>
        static inline T __shfl_sync(unsigned mask, T value, int from, int width = 32) {
            unsigned group = fake_gpu_lane() & ~(unsigned)(width - 1);
            return fake_gpu_shuffle(mask, value, group + ((unsigned)from & (unsigned)(width - 1)));
        })
    LINES(
        extern "C" {
            float expf(float); float exp2f(float); float logf(float); float log2f(float); float tanhf(float);
            float sqrtf(float); float expm1f(float); float log1pf(float); float erff(float); float erfcf(float);
            float fabsf(float); float fmaxf(float, float); float fminf(float, float); float floorf(float);
            float ceilf(float); float truncf(float); float rintf(float); float roundf(float); float sinf(float);
            float cosf(float); float powf(float, float); float fmodf(float, float); float fmaf(float, float, float);
            float copysignf(float, float);
            double exp(double); double log(double); double tanh(double); double sqrt(double); double fabs(double);
            double fmax(double, double); double fmin(double, double); double floor(double); double ceil(double);
            double rint(double); double pow(double, double); double fma(double, double, double);
        }
        static inline float exp(float x) { return expf(x); }
        static inline float log(float x) { return logf(x); }
        static inline float tanh(float x) { return tanhf(x); }
        static inline float sqrt(float x) { return sqrtf(x); }
        static inline float fabs(float x) { return fabsf(x); }
        static inline float floor(float x) { return floorf(x); }
        static inline float ceil(float x) { return ceilf(x); }
        static inline float rint(float x) { return rintf(x); }
        static inline float pow(float x, float y) { return powf(x, y); }
        static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
        static inline bool isnan(float x) { return __builtin_isnan(x); }
        static inline bool isinf(float x) { return __builtin_isinf(x); }
        static inline bool isfinite(float x) { return __builtin_isfinite(x); }
        static inline bool isnan(double x) { return __builtin_isnan(x); }
        static inline bool isinf(double x) { return __builtin_isinf(x); }
        static inline bool isfinite(double x) { return __builtin_isfinite(x); }
        static inline int abs(int x) { return x < 0 ? -x : x; }
        static inline unsigned __umulhi(unsigned x, unsigned y) {
            return (unsigned)((unsigned long long)x * y >> 32);
        }
        static inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
        static inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
        static inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
        static inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
        // As the GPU does: what does not fit becomes the nearest that does, and NaN becomes 0.
        static inline int __float2int_rz(float x) {
            return x != x ? 0 : x >= 2147483648.0f ? 2147483647 : x <= -2147483648.0f ? -2147483647 - 1 : (int)x;
        })
    "#define FAKE_ORDER(type) \\\n"
    "    static inline type max(type x, type y) { return x > y ? x : y; } \\\n"
    "    static inline type min(type x, type y) { return x < y ? x : y; }\n"
    "FAKE_ORDER(int)\n"
    "FAKE_ORDER(unsigned)\n"
    "FAKE_ORDER(long)\n"
    "FAKE_ORDER(unsigned long)\n"
    "FAKE_ORDER(long long)\n"
    "FAKE_ORDER(unsigned long long)\n"
    "static inline float max(float x, float y) { return fmaxf(x, y); }\n"
    "static inline float min(float x, float y) { return fminf(x, y); }\n"
    "static inline double max(double x, double y) { return fmax(x, y); }\n"
    "static inline double min(double x, double y) { return fmin(x, y); }\n"
    "#define FAKE_ATOMIC(type) \\\n"
    "    static inline type atomicAdd(type *at, type x) { type old = *at; *at = old + x; return old; }\n"
    "FAKE_ATOMIC(int)\n"
    "FAKE_ATOMIC(unsigned)\n"
    "FAKE_ATOMIC(unsigned long long)\n"
    "FAKE_ATOMIC(float)\n"
    "FAKE_ATOMIC(double)\n";
