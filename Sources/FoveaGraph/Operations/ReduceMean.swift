/// Averages over some axes.
///
/// Operand: any shape. Result: the shape without these axes, or with size 1 there if `keepDimensions`. The mean of no
/// elements is NaN.
///
/// Source: ONNX `ReduceMean`. Same numbers as `torch.mean`.
public struct ReduceMean: Reduction {
    public static let name = "ReduceMean"
    public let axes: [Int]
    public let keepDimensions: Bool

    public init(axes: [Int], keepDimensions: Bool = false) {
        self.axes = axes
        self.keepDimensions = keepDimensions
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        let count = try reducedAxes(rank: operands[0].shape.rank).reduce(1) { $0 * operands[0].shape[$1] }
        return [try repeatedOverReducedAxes(upstream * (1 / Double(count)), shape: operands[0].shape)]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let count = try reducedAxes(rank: operands[0].shape.rank).reduce(1) { $0 * operands[0].shape[$1] }
        let sum = try ReduceSum(axes: axes, keepDimensions: keepDimensions).applied(to: operands[0])
        return [try sum * (1 / Double(count))]
    }

    public func combine(_ elements: [Double]) -> Double { elements.reduce(0, +) / Double(elements.count) }
}
