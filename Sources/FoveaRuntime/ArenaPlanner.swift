/// Places buffers in one arena so that buffers that are needed at the same time do not overlap.
///
/// Greedy by size: the largest buffer first, each into the smallest remaining gap (Pisarchyk and Lee, "Efficient Memory
/// Management for Deep Neural Net Inference", 2020).
package struct ArenaPlanner {
    /// A buffer's size and the steps, both included, from the first to the last that touches it.
    package struct Request: Hashable {
        package let byteCount: Int
        package let lifetime: ClosedRange<Int>

        package init(byteCount: Int, lifetime: ClosedRange<Int>) {
            self.byteCount = byteCount
            self.lifetime = lifetime
        }
    }

    /// The offset of each request, in order.
    package let offsets: [Int]
    /// The size of the arena.
    package let byteCount: Int

    package init(_ requests: [Request], alignment: Int) {
        func rounded(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }
        var offsets = [Int](repeating: 0, count: requests.count)
        var placed: [Int] = []
        var total = 0
        let order = requests.indices.sorted { first, second in
            (requests[second].byteCount, first) < (requests[first].byteCount, second)
        }
        for index in order {
            let size = rounded(requests[index].byteCount)
            let neighbours = placed.filter { requests[$0].lifetime.overlaps(requests[index].lifetime) }
                .sorted { offsets[$0] < offsets[$1] }
            var best: (offset: Int, gap: Int)?
            var end = 0
            for neighbour in neighbours {
                let gap = offsets[neighbour] - end
                if gap >= size, gap < best?.gap ?? .max { best = (end, gap) }
                end = max(end, offsets[neighbour] + rounded(requests[neighbour].byteCount))
            }
            offsets[index] = best?.offset ?? end
            total = max(total, offsets[index] + size)
            placed.append(index)
        }
        self.offsets = offsets
        byteCount = total
    }
}
