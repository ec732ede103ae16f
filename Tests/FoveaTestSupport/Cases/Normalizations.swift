import FoveaGraph

extension OperationCase {
    static func normalizations() throws -> [OperationCase] {
        let shapes: [Shape] = [
            [2, 3, 4, 5], [4, 1, 3, 3], [3, 16, 4, 4], [2, 17, 5, 5], [1, 3, 6, 7], [8, 17], [16, 1],
        ]
        let batch = shapes.flatMap { shape in
            let perChannel: Shape = [shape[1]]
            return [1e-5, 1e-3].flatMap { epsilon in
                [
                    OperationCase(
                        BatchNormalization(epsilon: epsilon),
                        [OperandDraw(shape, .normal(deviation: 2)), OperandDraw(perChannel), OperandDraw(perChannel)],
                        differentiable: [0, 1, 2]),
                    OperationCase(
                        BatchNormalizationInference(epsilon: epsilon),
                        [OperandDraw(shape)] + Array(repeating: OperandDraw(perChannel), count: 3) + [
                            OperandDraw(perChannel, .positive)
                        ], differentiable: [0, 1, 2, 3, 4]),
                ]
            }
        }
        let masks = try [(0.0, [5]), (0.5, [2, 3, 5, 7]), (0.25, [4, 9]), (0.999, [100])].enumerated().map {
            index, mask in
            OperationCase(
                try RandomMask(rate: mask.0, shape: Shape(mask.1), stream: index), [OperandDraw([2], .words)])
        }
        return batch + masks
    }
}
