import FoveaGraph

extension OperationCase {
    static func reductions() -> [OperationCase] {
        let axes: [(Shape, [Int])] = [
            ([7], [0]), ([3, 5], [0]), ([3, 5], [-1]), ([2, 17, 4, 5], [0, 2, 3]), ([2, 3, 4, 5], [1]),
            ([2, 3, 4, 5], [-1, -2]), ([2, 3], []), ([4, 5, 6], [0, 1, 2]),
        ]
        return axes.flatMap { shape, axes in
            [true, false].flatMap { keep in
                [
                    OperationCase(
                        ReduceSum(axes: axes, keepDimensions: keep), [OperandDraw(shape)], differentiable: [0]),
                    OperationCase(
                        ReduceMean(axes: axes, keepDimensions: keep), [OperandDraw(shape)], differentiable: [0]),
                    OperationCase(
                        ReduceMaximum(axes: axes, keepDimensions: keep), [OperandDraw(shape, .distinct)],
                        differentiable: [0]),
                    OperationCase(
                        ReduceMaximum(axes: axes, keepDimensions: keep), [OperandDraw(shape, .fewValues)],
                        differentiable: [0], isSmooth: false),
                ]
            }
        }
    }
}
