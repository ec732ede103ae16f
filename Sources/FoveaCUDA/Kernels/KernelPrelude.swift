/// What every module of generated kernels begins with. No header: NVRTC's are not installed with it.
enum KernelPrelude {
    static let source = """
        struct Arguments {
            unsigned long long pointers[32];
            long long numbers[24];
            float scalars[16];
        };
        static __device__ __forceinline__ bool is_nan(float x) { return x != x; }
        // The upper half of a float, rounded to the nearest, ties to even; NaN stays NaN.
        static __device__ __forceinline__ unsigned bfloat_bits(float x) {
            const unsigned bits = __float_as_uint(x);
            return is_nan(x) ? 0x7fc0u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
        }
        static __device__ __forceinline__ float rounded_to_bfloat(float x) {
            return __uint_as_float(bfloat_bits(x) << 16);
        }
        struct bfloat {
            unsigned short bits;
            __device__ __forceinline__ operator float() const { return __uint_as_float((unsigned)bits << 16); }
            __device__ __forceinline__ void operator=(float x) { bits = (unsigned short)bfloat_bits(x); }
        };
        static __device__ __forceinline__ float load(const bfloat *place) { return *place; }
        static __device__ __forceinline__ float load(const float *place) { return *place; }
        static __device__ __forceinline__ float load(const int *place) { return (float)*place; }
        static __device__ __forceinline__ float load(const signed char *place) { return (float)*place; }
        static __device__ __forceinline__ float load(const unsigned char *place) { return (float)*place; }
        static __device__ __forceinline__ bool is_finite(float x) {
            return (__float_as_uint(x) & 0x7f800000u) != 0x7f800000u;
        }
        static __device__ __forceinline__ float infinity() { return __uint_as_float(0x7f800000u); }
        static __device__ __forceinline__ float not_a_number() { return __uint_as_float(0x7fc00000u); }
        // Toward zero, held within the bounds of the type; NaN becomes 0.
        static __device__ __forceinline__ int float_to_int(float x) {
            return is_nan(x) ? 0 : x >= 2147483648.0f ? 2147483647 : x < -2147483648.0f ? -2147483647 - 1 : (int)x;
        }
        // The larger number; NaN where one is.
        static __device__ __forceinline__ float maximum(float a, float b) { return b > a || is_nan(b) ? b : a; }
        // Adds numbers with this mean, sum of squared distances to it, and count to others.
        static __device__ __forceinline__ void join_moments(
            float *mean, float *squares, float *count, float other_mean, float other_squares, float other_count) {
            if (other_count == 0.0f) return;
            const float whole = *count + other_count, share = other_count / whole;
            const float distance = other_mean - *mean;
            *squares += other_squares + distance * distance * *count * share;
            *mean += distance * share;
            *count = whole;
        }
        // The number of places `start + step * k`, k below `count`, from 0 up to `size`.
        static __device__ __forceinline__ int places_inside(int start, int step, int count, int size) {
            const int first = start < 0 ? (step - 1 - start) / step : 0;
            const int end = size - start <= 0 ? 0 : (size - start + step - 1) / step;
            return max(min(end, count) - first, 0);
        }
        struct Words { unsigned word[4]; };
        // Philox 4x32 with 10 rounds.
        static __device__ __forceinline__ Words philox(
            unsigned c0, unsigned c1, unsigned c2, unsigned c3, unsigned k0, unsigned k1) {
            for (int round = 0; round < 10; round++) {
                const unsigned h0 = __umulhi(c0, 0xD2511F53u), l0 = c0 * 0xD2511F53u;
                const unsigned h1 = __umulhi(c2, 0xCD9E8D57u), l1 = c2 * 0xCD9E8D57u;
                c0 = h1 ^ c1 ^ k0;
                c1 = l1;
                c2 = h0 ^ c3 ^ k1;
                c3 = l0;
                k0 += 0x9E3779B9u;
                k1 += 0xBB67AE85u;
            }
            Words words;
            words.word[0] = c0;
            words.word[1] = c1;
            words.word[2] = c2;
            words.word[3] = c3;
            return words;
        }
        // The random word of an element of a stream.
        static __device__ __forceinline__ unsigned random_word(
            const int *key, unsigned long long stream, unsigned long long element) {
            const Words derived =
                philox((unsigned)stream, (unsigned)(stream >> 32), 0u, 1u, (unsigned)key[0], (unsigned)key[1]);
            const unsigned long long block = element >> 2;
            const Words words =
                philox((unsigned)block, (unsigned)(block >> 32), 0u, 2u, derived.word[0], derived.word[1]);
            return words.word[element & 3u];
        }

        """
}
