/// A product that the threads of one block make: Σ_k vector[k] · matrix[k, column] for each column.
///
/// Neighbouring threads have neighbouring columns. Where there are fewer columns than threads, several threads share a
/// column; whoever reads a result adds their parts, always in the same order.
struct BlockProduct {
    /// A pointer to the matrix, whose columns are neighbours in memory.
    let matrix: String
    /// The distance between neighbours along `k`.
    let stride: Int
    /// A pointer to the vector, which all threads may read.
    let vector: String
    let depth: Int
    let columns: Int
    let indexType: String

    /// The number of threads of a block.
    static let threads = 512
    private static let partLimit = 8
    /// The name of the memory that the parts go to.
    static let target = "parts"

    private var parts: Int { max(1, min(Self.partLimit, min(depth, Self.threads / max(1, columns)))) }

    /// The number of floats that the parts take.
    var partCount: Int { parts * columns }

    /// Statements for all threads of a block, none of which reads the target or writes the vector at that time;
    /// afterwards all may.
    var lines: [String] {
        let divisor = max(1, columns)
        return [
            "for (unsigned at = threadIdx.x; at < \(partCount)u; at += \(Self.threads)u) {",
            "const unsigned column = at % \(divisor)u, part = at / \(divisor)u;",
            "float sum = 0.0f;",
            "#pragma unroll 8",
            "for (unsigned k = part; k < \(depth)u; k += \(parts)u)",
            "sum += \(matrix)[(\(indexType))k * \(stride)u + column] * \(vector)[k];",
            "\(Self.target)[at] = sum;",
            "}",
            "__syncthreads();",
        ]
    }

    /// The result in a column.
    func sum(_ column: String) -> String {
        let terms = (0..<parts).map { "\(Self.target)[\($0 * columns)u + \(column)]" }
        return "(\(terms.joined(separator: " + ")))"
    }
}
