import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

/// A tanh whose derivative is wrong by one part in a million.
private struct AlmostTanh: UnaryOperation {
    static let name = "AlmostTanh"
    func function(_ x: Double) -> Double { tanh(x) }
    func derivative(_ x: Double) -> Double { Tanh().derivative(x) * (1 + 1e-6) }
}

/// A sum that forgets the gradient of its second operand.
private struct ForgetfulAddition: BinaryOperation {
    static let name = "ForgetfulAddition"
    func function(_ left: Double, _ right: Double) -> Double { left + right }
    func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [upstream[0], nil] }
}

@Suite("The gradient check")
struct GradientCheckTests {
    @Test("notices a derivative that is wrong by one part in a million")
    func wrongDerivative() throws {
        let right = OperationCase(Tanh(), [OperandDraw([3, 5])], differentiable: [0])
        let wrong = OperationCase(AlmostTanh(), [OperandDraw([3, 5])], differentiable: [0])
        #expect(try right.gradientFailures() == [])
        #expect(try wrong.gradientFailures().isEmpty == false)
    }

    @Test("notices a gradient that is missing")
    func missingGradient() throws {
        let operands = [OperandDraw([4]), OperandDraw([4])]
        let failures = try OperationCase(ForgetfulAddition(), operands, differentiable: [0, 1]).gradientFailures()
        #expect(failures.isEmpty == false)
        #expect(failures.allSatisfy { $0.hasPrefix("operand1") })
    }
}
