import FoveaGraph

extension OperationCase {
    static func shapes() -> [OperationCase] {
        let operations: [(any Operation, [Shape])] = [
            (Reshape(to: [6, 4]), [[2, 3, 4]]), (Reshape(to: [2, 400]), [[2, 16, 5, 5]]), (Reshape(to: []), [[1, 1]]),
            (Broadcast(to: [2, 3, 4]), [[3, 1]]), (Broadcast(to: [2, 17, 3, 3]), [[1, 17, 1, 1]]),
            (Broadcast(to: [4]), [[]]),
            (Concatenation(axis: 1), [[2, 3, 4, 4], [2, 1, 4, 4], [2, 16, 4, 4]]),
            (Concatenation(axis: 0), [[2, 3], [1, 3]]), (Concatenation(axis: -1), [[2, 3], [2, 5]]),
            (Concatenation(axis: 0), [[4]]),
            (Slice(axis: 1, start: 1, end: 3), [[2, 4, 3, 3]]), (Slice(axis: 0, start: 0, end: 2), [[5, 3]]),
            (Slice(axis: -1, start: 2, end: 5), [[2, 5]]), (Slice(axis: 0, start: 0, end: 3), [[3]]),
            (Transposition(permutation: [1, 0]), [[3, 5]]),
            (Transposition(permutation: [0, 2, 3, 1]), [[2, 3, 4, 5]]),
            (Transposition(permutation: [2, 0, 1]), [[2, 3, 4]]), (Transposition(permutation: [0]), [[4]]),
        ]
        return operations.map { operation, shapes in
            OperationCase(
                operation, shapes.map { OperandDraw($0) }, differentiable: Array(shapes.indices), tolerance: 1e-6)
        }
    }
}
