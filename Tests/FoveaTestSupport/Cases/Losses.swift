import FoveaGraph

extension OperationCase {
    static func losses() -> [OperationCase] {
        let shapes: [(Shape, Int)] = [
            ([10], 0), ([3, 10], -1), ([3, 10], 0), ([4, 1], 1), ([2, 5, 3, 4], 1), ([2, 5, 3, 4], -1),
            ([16, 1000], 1),
        ]
        let probabilities = shapes.flatMap { shape, axis in
            let logits = OperandDraw(shape, .normal(deviation: 3))
            let large = OperandDraw(shape, .normal(deviation: 300))
            return [
                OperationCase(Softmax(axis: axis), [logits], differentiable: [0], scale: .element),
                OperationCase(LogSoftmax(axis: axis), [logits], differentiable: [0], scale: .element),
                OperationCase(Softmax(axis: axis), [large], differentiable: [0], isSmooth: false, scale: .element),
                OperationCase(LogSoftmax(axis: axis), [large], differentiable: [0], isSmooth: false, scale: .element),
            ]
        }
        let sizes = [(1, 1), (1, 10), (3, 2), (32, 10), (5, 1000)]
        let entropies = sizes.flatMap { examples, classes in
            let logits = OperandDraw([examples, classes], .normal(deviation: 3))
            let upstream = OperandDraw([examples])
            return [
                OperationCase(
                    FusedSoftmaxCrossEntropy(hasTargets: false),
                    [logits, OperandDraw([examples], .classIndices(below: classes)), upstream]),
                OperationCase(
                    FusedSoftmaxCrossEntropy(hasTargets: true),
                    [logits, OperandDraw([examples, classes], .positive), upstream]),
                OperationCase(
                    SoftmaxCrossEntropy(), [logits, OperandDraw([examples], .classIndices(below: classes))],
                    differentiable: [0], scale: .element),
                OperationCase(
                    SoftmaxCrossEntropyWithTargets(), [logits, OperandDraw([examples, classes], .positive)],
                    differentiable: [0, 1]),
            ]
        }
        return probabilities + entropies
    }
}
