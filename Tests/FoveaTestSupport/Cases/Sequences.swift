import FoveaGraph

extension OperationCase {
    /// Lengths from 0 to T, one step, many channels; tables whose rows are taken several times.
    static func sequences() -> [OperationCase] {
        let shapes: [Shape] = [[3, 2, 5], [1, 1, 1], [4, 17, 9], [2, 33, 300]]
        let masked = shapes.flatMap { shape in
            let lengths = OperandDraw([shape[0]], .classIndices(below: shape[2] + 1))
            let operations: [any Operation] = [
                SequenceMask(), SequenceMask(fill: -3), SequenceMean(), SequenceLast(),
            ]
            return operations.map {
                OperationCase($0, [OperandDraw(shape), lengths], differentiable: [0], tolerance: 1e-6)
            }
        }
        let normalized = shapes.flatMap { shape in
            [1e-5, 1e-3].map { epsilon in
                OperationCase(
                    SequenceNormalization(epsilon: epsilon),
                    [
                        OperandDraw(shape, .normal(deviation: 2)), OperandDraw([shape[1]]), OperandDraw([shape[1]]),
                        OperandDraw([shape[0]], .classIndices(below: shape[2] + 1)),
                    ], differentiable: [0, 1, 2])
            }
        }
        let windows = [
            Window.Axis(kernel: 3), Window.Axis(kernel: 2, stride: 2), Window.Axis(kernel: 5, dilation: 3, before: 6),
            Window.Axis(kernel: 4, stride: 3, before: 1, after: 2),
        ].flatMap { axis in
            [WindowLengths(axis) as any Operation, TransposedWindowLengths(axis, outputPadding: axis.stride - 1)].map {
                operation in
                OperationCase(operation, [OperandDraw([9], .classIndices(below: 20))])
            }
        }
        let counts = [OperationCase(SequenceStepCount(steps: 7), [OperandDraw([5], .classIndices(below: 9))])]
        let gathered = [(5, 3, [4]), (2, 17, [3, 6]), (1, 1, [1])].map { rows, width, indices in
            OperationCase(
                Gather(), [OperandDraw([rows, width]), OperandDraw(Shape(indices), .classIndices(below: rows + 1))],
                differentiable: [0], tolerance: 1e-6)
        }
        return masked + normalized + windows + counts + gathered
    }
}
