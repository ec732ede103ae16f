import FoveaFoundation

/// Random numbers that are a pure function of (seed, purpose, position): Philox 4×32 with 10 rounds.
///
/// Nothing is carried from one draw to the next, so a run can stop anywhere and continue with the same bits, workers
/// need no coordination, and every backend draws the same mask.
///
/// Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
public struct CounterBasedGenerator: Hashable, Sendable {
    /// The two words of the key.
    public let key: SIMD2<UInt32>

    public init(key: SIMD2<UInt32>) { self.key = key }

    /// A generator for one purpose of one run.
    ///
    /// - Parameter purpose: distinguishes independent uses of one seed: `"shuffle"`, `"dropout"`, a parameter's path.
    public init(seed: UInt64, purpose: String) {
        // FNV-1a, 64 bits: different names give different keys, the same on every machine.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let seedKey = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let mixed = Self(key: seedKey).block(
            at: SIMD4(UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32), 0, 0))
        self.init(key: SIMD2(mixed[0], mixed[1]))
    }

    /// An independent generator for the element `index` of this generator's purpose: an epoch, a step, an image.
    public func derived(_ index: UInt64) -> CounterBasedGenerator {
        let mixed = block(
            at: SIMD4(UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), 0, 1))
        return Self(key: SIMD2(mixed[0], mixed[1]))
    }

    /// Four random words at a position.
    @inlinable
    public func block(at position: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var counter = position
        var key = key
        for _ in 0..<10 {
            let first = UInt64(counter[0]) * 0xD251_1F53
            let second = UInt64(counter[2]) * 0xCD9E_8D57
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first))
            key = SIMD2(key[0] &+ 0x9E37_79B9, key[1] &+ 0xBB67_AE85)
        }
        return counter
    }

    /// The random word at an index: word `index % 4` of block `index / 4`.
    @inlinable
    public func word(at index: Int) -> UInt32 { words(at: index / 4)[index % 4] }

    /// The four random words from index 4 · `blockIndex` on.
    @inlinable
    func words(at blockIndex: Int) -> SIMD4<UInt32> {
        let blockIndex = UInt64(blockIndex)
        return block(
            at: SIMD4(UInt32(truncatingIfNeeded: blockIndex), UInt32(truncatingIfNeeded: blockIndex >> 32), 0, 2))
    }

    /// A number in [0, 1) at an index, with 24 random bits: exact in `Float`.
    @inlinable
    public func uniform(at index: Int) -> Double { Double(word(at: index) >> 8) * 0x1p-24 }

    /// A stream that draws words in order from the start, for the standard library's `random` and `shuffle`.
    public var stream: Stream { Stream(generator: self) }

    /// Draws the words of a ``CounterBasedGenerator`` in order.
    public struct Stream: RandomNumberGenerator, Sendable {
        let generator: CounterBasedGenerator
        private var index = 0
        /// The block of words that contains `index`; drawn at its first word.
        private var words = SIMD4<UInt32>()

        init(generator: CounterBasedGenerator) { self.generator = generator }

        public mutating func next() -> UInt64 {
            if index % 4 == 0 { words = generator.words(at: index / 4) }
            defer { index += 2 }
            return UInt64(words[index % 4]) << 32 | UInt64(words[index % 4 + 1])
        }

        /// A number in [0, 1).
        public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

        /// A number from the normal distribution with mean 0 and deviation 1 (Box and Muller).
        public mutating func normal() -> Double {
            let radius = (-2 * log(1 - uniform())).squareRoot()
            return radius * cos(2 * .pi * uniform())
        }
    }
}
