package import FoveaGraph

extension Tensor {
    /// For each row of a matrix, the columns with the largest elements, largest first; NaN ranks last.
    package func rankings(limit: Int) -> [[Int]] {
        let (rows, columns) = (shape[0], shape[1])
        let elements = floats
        return (0..<rows).map { row in
            let scores = elements[row * columns..<(row + 1) * columns].map { $0.isNaN ? -.infinity : $0 }
            if limit == 1 { return [scores.indices.max { scores[$0] < scores[$1] } ?? 0] }
            return Array(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(limit))
        }
    }
}
