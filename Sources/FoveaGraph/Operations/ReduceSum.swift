/// Sums over some axes.
///
/// Operand: any shape. Result: the shape without these axes, or with size 1 there if `keepDimensions`.
///
/// Source: ONNX `ReduceSum`. Same numbers as `torch.sum`.
public struct ReduceSum: Reduction {
    public static let name = "ReduceSum"
    public let axes: [Int]
    public let keepDimensions: Bool

    public init(axes: [Int], keepDimensions: Bool = false) {
        self.axes = axes
        self.keepDimensions = keepDimensions
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        return [try repeatedOverReducedAxes(upstream, shape: operands[0].shape)]
    }

    public func combine(_ elements: [Double]) -> Double { elements.reduce(0, +) }
}
