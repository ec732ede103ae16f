import FoveaGraph

/// A kernel that multiplies two matrices whose elements are found by code: the basis of matrix products and convolutions.
///
/// y[r, c] = Σ_k left(r, k) · right(k, c), for several groups of matrices. Sums are in float32, always in the same order.
struct TiledProduct {
    let rows: Int
    let columns: Int
    let depth: Int
    var groups = 1
    /// Statements that set `value`, which is 0 before, to an element of the left matrix, given `row`, `k` and `group`.
    let left: String
    /// The same for the right matrix, given `k`, `column` and `group`.
    let right: String
    /// Whether neighbours along `k` are neighbours in memory, so that neighbouring threads load them.
    let leftFollowsDepth: Bool
    let rightFollowsDepth: Bool
    /// The offset of a result, given `row`, `column` and `group`.
    let place: String
    /// The largest number that an index reaches.
    let largestIndex: Int

    private static let threads = 256
    /// Rows and columns of a block's tile: each thread has 4 × 4 of its 64 × 64 numbers.
    static let tile = 64
    private static let depthTile = 16
    private static let sliceLimit = 64

    /// The number of parts of the sums that different blocks compute, so that there are enough blocks.
    func slices(multiprocessors: Int) -> Int {
        let blocks = tiles(rows) * tiles(columns) * groups
        let useful = max(1, depth / (8 * Self.depthTile))
        return max(1, min(Self.sliceLimit, min(useful, 2 * multiprocessors / max(1, blocks))))
    }

    private func tiles(_ count: Int) -> Int { (count + Self.tile - 1) / Self.tile }

    var indexType: String { KernelIndex.type(reaching: largestIndex) }

    /// - Parameter write: the statement that writes the number `sum` at the offset `place`, given `row` and `column`.
    func launch(
        _ pointers: KernelPointers, slices: Int, written: BufferID, write: String, adding code: inout KernelCode
    ) -> KernelLaunch {
        let name = code.add(body(slices: slices, write: write), threads: Self.threads)
        return KernelLaunch(
            name: name, pointers: pointers.buffers, grid: (tiles(rows) * tiles(columns), groups * slices),
            block: (Self.threads, 1), written: [written])
    }

    private func body(slices: Int, write: String) -> String {
        let type = indexType
        let suffix = KernelIndex.suffix(type)
        let (tile, step) = (Self.tile, Self.depthTile)
        // Whole steps, so that slices begin where steps do.
        let length = ((depth + slices - 1) / slices + step - 1) / step * step
        func load(_ name: String, outer: String, bound: Int, followsDepth: Bool, code: String) -> [String] {
            let count = tile * step / Self.threads
            let (own, along) =
                followsDepth ? ("(at / \(step)u)", "(at % \(step)u)") : ("(at % \(tile)u)", "(at / \(tile)u)")
            return [
                "#pragma unroll",
                "for (unsigned part = 0; part < \(count)u; part++) {",
                "const unsigned at = part * \(Self.threads)u + threadIdx.x;",
                "const \(type) \(outer) = \(outer)0 + \(own), k = k0 + \(along);",
                "float value = 0.0f;",
                "if (\(outer) < \(bound)\(suffix) && k < end) {",
                code,
                "}",
                "\(name)[\(along)][\(own)] = value;",
                "}",
            ]
        }
        var lines = [
            "__shared__ float left[\(step)][\(tile + 4)];",
            "__shared__ float right[\(step)][\(tile + 4)];",
            "const unsigned x = threadIdx.x % 16u, y = threadIdx.x / 16u;",
            "const \(type) row0 = blockIdx.x / \(tiles(columns))u * \(tile)\(suffix);",
            "const \(type) column0 = blockIdx.x % \(tiles(columns))u * \(tile)\(suffix);",
            "const \(type) group = blockIdx.y / \(slices)u, slice = blockIdx.y % \(slices)u;",
            "const \(type) end = min((slice + 1u) * \(length)\(suffix), (\(type))\(depth)\(suffix));",
            "float sums[4][4] = {};",
            "for (\(type) k0 = slice * \(length)\(suffix); k0 < end; k0 += \(step)\(suffix)) {",
        ]
        lines += load("left", outer: "row", bound: rows, followsDepth: leftFollowsDepth, code: left)
        lines += load("right", outer: "column", bound: columns, followsDepth: rightFollowsDepth, code: right)
        lines += [
            "__syncthreads();",
            "#pragma unroll",
            "for (unsigned k = 0; k < \(step)u; k++) {",
            "float a[4], b[4];",
            "#pragma unroll",
            "for (unsigned j = 0; j < 4u; j++) { a[j] = left[k][y * 4u + j]; b[j] = right[k][x * 4u + j]; }",
            "#pragma unroll",
            "for (unsigned j = 0; j < 4u; j++)",
            "#pragma unroll",
            "for (unsigned i = 0; i < 4u; i++) sums[j][i] += a[j] * b[i];",
            "}",
            "__syncthreads();",
            "}",
            "#pragma unroll",
            "for (unsigned j = 0; j < 4u; j++)",
            "#pragma unroll",
            "for (unsigned i = 0; i < 4u; i++) {",
            "const \(type) row = row0 + y * 4u + j, column = column0 + x * 4u + i;",
            "if (row < \(rows)\(suffix) && column < \(columns)\(suffix)) {",
            "const float sum = sums[j][i];",
            "const \(type) place = \(place);",
            write,
            "}",
            "}",
        ]
        return lines.joined(separator: "\n")
    }
}
