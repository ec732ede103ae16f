import FoveaGraph

extension OperationCase {
    static func arithmetic() -> [OperationCase] {
        let shapes: [(Shape, Shape)] = [
            ([2, 3, 4, 5], [2, 3, 4, 5]), ([2, 3, 4, 5], []), ([], [7]), ([2, 17, 3, 3], [1, 17, 1, 1]),
            ([1, 17, 1, 1], [2, 17, 3, 3]), ([4, 10], [10]), ([3, 1], [1, 5]), ([3, 1, 2], [4, 1]), ([1], [1]),
        ]
        let elementwise = shapes.flatMap { left, right in
            let operations: [any Operation] = [Addition(), Subtraction(), Multiplication()]
            return operations.map { operation in
                OperationCase(operation, [OperandDraw(left), OperandDraw(right)], differentiable: [0, 1])
            } + [
                OperationCase(
                    Division(), [OperandDraw(left), OperandDraw(right, .positive)], differentiable: [0, 1])
            ]
        }
        return elementwise + matrixProducts() + fusedMatrixProducts()
    }

    private static func fusedMatrixProducts() -> [OperationCase] {
        let activations: [any Activation] = [
            ReLU(), ReLU6(), LeakyReLU(negativeSlope: 0.2), Tanh(), HardSwish(), Mish(), GELU(),
        ]
        return activations.enumerated().flatMap { index, activation in
            [(1, 400, 120), (16, 33, 17)].map { m, k, n in
                OperationCase(
                    FusedMatrixMultiplication(
                        MatrixMultiplication(transposingRight: index.isMultiple(of: 2)),
                        activation: FusedActivation(activation)),
                    [
                        OperandDraw([m, k], .normal(deviation: 0.1)),
                        OperandDraw(index.isMultiple(of: 2) ? [n, k] : [k, n]),
                    ]
                        + (index % 3 == 0 ? [] : [OperandDraw([n])]))
            }
        }
    }

    private static func matrixProducts() -> [OperationCase] {
        let sizes = [(1, 1, 1), (1, 400, 120), (3, 5, 7), (16, 17, 33), (32, 84, 10)]
        return sizes.enumerated().flatMap { index, size in
            [false, true].flatMap { left in
                [false, true].map { right in
                    let (m, k, n) = size
                    let matrices = [
                        OperandDraw(left ? [k, m] : [m, k]), OperandDraw(right ? [n, k] : [k, n]),
                    ]
                    let withBias = (index + (left ? 1 : 0) + (right ? 1 : 0)).isMultiple(of: 2)
                    return OperationCase(
                        MatrixMultiplication(transposingLeft: left, transposingRight: right),
                        matrices + (withBias ? [OperandDraw([n])] : []), differentiable: withBias ? [0, 1, 2] : [0, 1])
                }
            }
        }
    }
}
