/// Numbers that the threads of a block share while they walk a sequence: in shared memory where they fit.
struct BlockMemory {
    private(set) var count = 0
    private var declarations: [String] = []

    /// The largest number of floats that a block may declare in shared memory: 48 KiB.
    private static let limit = 48 * 1024 / 4

    /// Adds so many floats under a name, where there are any.
    mutating func add(_ name: String, _ count: Int) {
        guard count > 0 else { return }
        declarations.append("float *const \(name) = memory + \(self.count)u;")
        self.count += count
    }

    var isShared: Bool { count <= Self.limit }

    /// The statements that declare the names.
    ///
    /// - Parameter scratch: a pointer to as many floats for each block, for what is too large to share.
    func lines(scratch: String?) -> [String] {
        let start =
            scratch.map { "float *const memory = \($0) + blockIdx.x * \(count)ull;" }
            ?? "__shared__ float memory[\(count)];"
        return [start] + declarations
    }
}
