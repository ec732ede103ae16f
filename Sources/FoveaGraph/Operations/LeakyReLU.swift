/// The leaky rectifier: y = x for x > 0, and a·x elsewhere, with the slope a.
///
/// Source: ONNX `LeakyRelu`. Same numbers as `torch.nn.functional.leaky_relu`.
public struct LeakyReLU: Activation {
    public static let name = "LeakyReLU"
    public let negativeSlope: Double

    public init(negativeSlope: Double = 0.01) { self.negativeSlope = negativeSlope }

    public func function(_ x: Double) -> Double { x > 0 ? x : negativeSlope * x }
    public func derivative(_ x: Double) -> Double { x > 0 ? 1 : negativeSlope }
    public var derivativeFollowsFromResult: Bool { negativeSlope >= 0 }
}
