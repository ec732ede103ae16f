/// Finds pictures whose hashes are near each other, without comparing all with all.
///
/// The hash is cut into four blocks of 16 bits. Of two hashes that differ in at most seven bits, one block differs in at most
/// one: so each picture is compared with those that share a block with it, or one that differs in a single bit.
///
/// Source: M. Norouzi, A. Punjani, D. Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014.
struct NearDuplicates {
    /// The most bits that hashes of near duplicates differ in.
    static let largestDistance = 7
    private static let blocks = 4

    /// The groups of positions that are linked by pairs of near pictures, each in rising order, by their first positions. A group
    /// has at least two.
    static func groups(of hashes: [PerceptualHash], confirming isSame: (Int, Int) -> Bool) -> [[Int]] {
        var sets = DisjointSets(count: hashes.count)
        for block in 0..<blocks {
            let index = BlockIndex(hashes, block)
            for position in hashes.indices {
                index.forEachNeighbour(of: position) { other in
                    guard other > position, hashes[position].distance(to: hashes[other]) <= largestDistance,
                        sets.root(of: position) != sets.root(of: other), isSame(position, other)
                    else { return }
                    sets.join(position, other)
                }
            }
        }
        return sets.groups
    }

    /// The positions of hashes by one of their blocks.
    private struct BlockIndex {
        private let keys: [UInt16]
        /// The position in `positions` at which those of a key begin.
        private let starts: [Int]
        private let positions: [Int]

        init(_ hashes: [PerceptualHash], _ block: Int) {
            let keys = hashes.map { UInt16(truncatingIfNeeded: $0.bits >> UInt64(16 * block)) }
            var starts = [Int](repeating: 0, count: 1 << 16 + 1)
            for key in keys { starts[Int(key) + 1] += 1 }
            for key in 0..<1 << 16 { starts[key + 1] += starts[key] }
            var next = starts
            var positions = [Int](repeating: 0, count: keys.count)
            for (position, key) in keys.enumerated() {
                positions[next[Int(key)]] = position
                next[Int(key)] += 1
            }
            (self.keys, self.starts, self.positions) = (keys, starts, positions)
        }

        func forEachNeighbour(of position: Int, _ body: (Int) -> Void) {
            let key = keys[position]
            forEach(key, body)
            for bit in 0..<16 { forEach(key ^ 1 << UInt16(bit), body) }
        }

        private func forEach(_ key: UInt16, _ body: (Int) -> Void) {
            for place in starts[Int(key)]..<starts[Int(key) + 1] { body(positions[place]) }
        }
    }

    /// Sets of positions that grow together.
    private struct DisjointSets {
        private var parents: [Int]

        init(count: Int) { parents = Array(0..<count) }

        mutating func root(of position: Int) -> Int {
            var position = position
            while parents[position] != position {
                parents[position] = parents[parents[position]]
                position = parents[position]
            }
            return position
        }

        /// The smaller root stays, so that the result does not depend on the order of the pairs.
        mutating func join(_ first: Int, _ second: Int) {
            let (first, second) = (root(of: first), root(of: second))
            parents[max(first, second)] = min(first, second)
        }

        var groups: [[Int]] {
            var sets = self
            let members = Dictionary(grouping: parents.indices) { sets.root(of: $0) }
            return members.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        }
    }
}
