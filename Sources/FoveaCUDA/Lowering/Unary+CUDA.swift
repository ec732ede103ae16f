import FoveaGraph

/// The functions of single elements and their derivatives, in CUDA's dialect of C.
///
/// Written so that NaN passes through, and so that nothing cancels where float32 has few digits to lose.
protocol DeviceFunction: DeviceElementwise, UnaryOperation {
    /// f′(x), with `$0` for x.
    var deviceDerivative: String { get }
}

extension Absolute: DeviceFunction {
    var deviceCode: String { "fabsf($0)" }
    var deviceDerivative: String { "($0 > 0.0f ? 1.0f : $0 < 0.0f ? -1.0f : 0.0f)" }
}

extension ELU: DeviceFunction {
    var deviceCode: String { "$0 > 0.0f ? $0 : \(floatLiteral(alpha)) * expm1f($0)" }
    var deviceDerivative: String { "($0 > 0.0f ? 1.0f : \(floatLiteral(alpha)) * expf($0))" }
}

extension Exponential: DeviceFunction {
    var deviceCode: String { "expf($0)" }
    var deviceDerivative: String { "expf($0)" }
}

extension GELU: DeviceFunction {
    private var probability: String { "0.5f * erfcf($0 * -0.70710678f)" }
    var deviceCode: String { "$0 * (\(probability))" }
    var deviceDerivative: String { "(\(probability) + $0 * expf(-0.5f * $0 * $0) * 0.39894228f)" }
}

extension HardSigmoid: DeviceFunction {
    var deviceCode: String { "($0 < -3.0f ? 0.0f : $0 > 3.0f ? 6.0f : $0 + 3.0f) * 0.16666667f" }
    var deviceDerivative: String { "($0 <= -3.0f || $0 >= 3.0f ? 0.0f : 0.16666667f)" }
}

extension HardSwish: DeviceFunction {
    var deviceCode: String { "$0 * ($0 < -3.0f ? 0.0f : $0 > 3.0f ? 6.0f : $0 + 3.0f) * 0.16666667f" }
    var deviceDerivative: String { "($0 <= -3.0f ? 0.0f : $0 >= 3.0f ? 1.0f : $0 * 0.33333333f + 0.5f)" }
}

extension LeakyReLU: DeviceFunction {
    var deviceCode: String { "$0 > 0.0f ? $0 : $0 * \(floatLiteral(negativeSlope))" }
    var deviceDerivative: String { "($0 > 0.0f ? 1.0f : \(floatLiteral(negativeSlope)))" }
}

extension Mish: DeviceFunction {
    private var gate: String { "tanhf(\(Softplus().deviceCode))" }
    var deviceCode: String { "$0 * \(gate)" }
    var deviceDerivative: String {
        "(\(gate) + $0 * (1.0f - \(gate) * \(gate)) * (\(Sigmoid().deviceCode)))"
    }
}

extension NaturalLogarithm: DeviceFunction {
    var deviceCode: String { "logf($0)" }
    var deviceDerivative: String { "(1.0f / $0)" }
}

extension ReLU: DeviceFunction {
    var deviceCode: String { "$0 < 0.0f ? 0.0f : $0" }
    var deviceDerivative: String { "($0 <= 0.0f ? 0.0f : 1.0f)" }
}

extension ReLU6: DeviceFunction {
    var deviceCode: String { "$0 < 0.0f ? 0.0f : $0 > 6.0f ? 6.0f : $0" }
    var deviceDerivative: String { "($0 <= 0.0f || $0 >= 6.0f ? 0.0f : 1.0f)" }
}

extension SiLU: DeviceFunction {
    var deviceCode: String { "$0 / (1.0f + expf(-$0))" }
    var deviceDerivative: String {
        "((1.0f + $0 * (1.0f / (1.0f + expf($0)))) * (\(Sigmoid().deviceCode)))"
    }
}

extension Sigmoid: DeviceFunction {
    // Where e⁻ˣ overflows to infinity the quotient is 0, as it should be.
    var deviceCode: String { "1.0f / (1.0f + expf(-$0))" }
    var deviceDerivative: String { "(1.0f / (1.0f + expf(-$0)) * (1.0f / (1.0f + expf($0))))" }
}

extension Softplus: DeviceFunction {
    var deviceCode: String { "($0 < 0.0f ? 0.0f : $0) + log1pf(expf(-fabsf($0)))" }
    var deviceDerivative: String { "(\(Sigmoid().deviceCode))" }
}

extension SquareRoot: DeviceFunction {
    var deviceCode: String { "sqrtf($0)" }
    var deviceDerivative: String { "(0.5f / sqrtf($0))" }
}

extension Tanh: DeviceFunction {
    var deviceCode: String { "tanhf($0)" }
    var deviceDerivative: String { "(1.0f - tanhf($0) * tanhf($0))" }
}

extension UnaryGradient: DeviceElementwise {
    var deviceCode: String { (base as? any DeviceFunction).map { "$1 * \($0.deviceDerivative)" } ?? "not_a_number()" }

    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        base is any DeviceFunction && (operands + results).allSatisfy(\.dataType.isDeviceFloat)
    }
}
