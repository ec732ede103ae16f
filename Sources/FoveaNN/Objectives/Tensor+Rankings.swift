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

    /// Of scores [N, classes, T], for each example the classes with the largest at its first steps, as many as its length says.
    package func bestClasses(lengths: [Int]) -> [[Int]] {
        let (classes, steps, elements) = (shape[1], shape[2], floats)
        return lengths.enumerated().map { example, length in
            (0..<min(steps, max(0, length))).map { step in
                let first = example * classes * steps + step
                return (0..<classes).max { elements[first + $0 * steps] < elements[first + $1 * steps] } ?? 0
            }
        }
    }
}
