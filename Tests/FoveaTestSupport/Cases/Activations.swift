import FoveaGraph

extension OperationCase {
    static func activations() -> [OperationCase] {
        elementwise(ReLU(), kinks: [0]) + elementwise(LeakyReLU(), kinks: [0])
            + elementwise(LeakyReLU(negativeSlope: 0.2), kinks: [0]) + elementwise(ELU(), kinks: [0])
            + elementwise(ELU(alpha: 0.5), kinks: [0]) + elementwise(GELU()) + elementwise(SiLU())
            + elementwise(Sigmoid()) + elementwise(Tanh()) + elementwise(Softplus()) + elementwise(Mish())
            + elementwise(HardSigmoid(), kinks: [-3, 3]) + elementwise(HardSwish(), kinks: [-3, 3])
            + elementwise(ReLU6(), kinks: [0, 6]) + elementwise(Absolute(), kinks: [0])
            + elementwise(Exponential(), hasExtremes: false) + onPositive(NaturalLogarithm()) + onPositive(SquareRoot())
    }

    private static let elementwiseShapes: [Shape] = [[], [7], [3, 10], [2, 3, 5, 7], [1, 16, 4, 4], [2, 17, 1, 1]]

    private static func elementwise(
        _ operation: some UnaryOperation, kinks: [Double] = [], hasExtremes: Bool = true
    ) -> [OperationCase] {
        let ordinary = elementwiseShapes.map { shape in
            OperationCase(
                operation, [OperandDraw(shape, .normal(deviation: 3, avoiding: kinks))], differentiable: [0],
                scale: .element)
        }
        guard hasExtremes else { return ordinary }
        let extreme = OperationCase(
            operation, [OperandDraw([4, 10], .extreme)], differentiable: [0], isSmooth: false, scale: .element)
        return ordinary + [extreme]
    }

    private static func onPositive(_ operation: some UnaryOperation) -> [OperationCase] {
        elementwiseShapes.map {
            OperationCase(operation, [OperandDraw($0, .positive)], differentiable: [0], scale: .element)
        }
    }
}
