import FoveaGraph
import Testing

@Suite("Activations")
struct ActivationTests {
    static let all: [any UnaryOperation] = [
        ReLU(), LeakyReLU(), ELU(), GELU(), SiLU(), Sigmoid(), Tanh(), Softplus(), Mish(), HardSigmoid(), HardSwish(),
        ReLU6(), Absolute(),
    ]

    // Numbers from the formulas in decimal arithmetic, twelve digits.
    @Test(
        "have the values of their formulas at 1 and −1",
        arguments: [
            (ReLU() as any UnaryOperation, 1, 0), (LeakyReLU(), 1, -0.01), (ELU(), 1, -0.632120558829),
            (ELU(alpha: 2), 1, -1.264241117657), (GELU(), 0.841344746069, -0.158655253931),
            (SiLU(), 0.731058578630, -0.268941421370), (Sigmoid(), 0.731058578630, 0.268941421370),
            (Tanh(), 0.761594155956, -0.761594155956), (Softplus(), 1.313261687518, 0.313261687518),
            (Mish(), 0.865098388267, -0.303401461377), (HardSigmoid(), 2.0 / 3, 1.0 / 3),
            (HardSwish(), 2.0 / 3, -1.0 / 3), (ReLU6(), 1, 0), (Absolute(), 1, 1),
            (Exponential(), 2.718281828459, 0.367879441171), (NaturalLogarithm(), 0, .nan), (SquareRoot(), 1, .nan),
        ] as [(any UnaryOperation, Double, Double)])
    func values(operation: any UnaryOperation, one: Double, minusOne: Double) throws {
        let result = try evaluate(operation, doubles([1, -1]))[0]
        #expect(result.isClose(to: [one, minusOne], within: 1e-11), "\(result)")
    }

    @Test(
        "have PyTorch's slopes where the function has a kink",
        arguments: [
            (ReLU() as any UnaryOperation, 0, 0), (LeakyReLU(negativeSlope: 0.2), 0, 0.2), (ELU(alpha: 0.5), 0, 0.5),
            (HardSigmoid(), -3, 0), (HardSigmoid(), 3, 0), (HardSwish(), -3, 0), (HardSwish(), 3, 1), (ReLU6(), 0, 0),
            (ReLU6(), 6, 0), (Absolute(), 0, 0), (SquareRoot(), 0, .infinity),
        ] as [(any UnaryOperation, Double, Double)])
    func kinks(operation: any UnaryOperation, x: Double, slope: Double) {
        #expect(operation.derivative(x) == slope)
    }

    @Test("are finite for every finite number", arguments: all)
    func extremes(operation: any UnaryOperation) {
        for x in [0, -0.0, 1e-300, 20, 88, 710, 1000, 1e30, 1e300].flatMap({ [$0, -$0] }) {
            #expect(operation.function(x).isFinite, "\(x)")
            #expect(operation.derivative(x).isFinite, "\(x)")
        }
    }

    @Test("let NaN through", arguments: all)
    func notANumber(operation: any UnaryOperation) {
        #expect(operation.function(.nan).isNaN)
    }

    @Test("refuse integers")
    func integers() {
        let error = #expect(throws: FoveaError.self) { try evaluate(ReLU(), Tensor(integers: [1, 2])) }
        #expect(error?.problem == "ReLU takes floating-point operands of one type and was given i32[2].")
    }
}
