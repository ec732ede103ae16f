import Foundation
public import FoveaGraph

/// The difference between a tensor and the expected one.
///
/// The error of an element is |actual − expected| over the larger of |expected| and the scale. NaN equals NaN, an
/// infinity equals itself, and integers must be equal.
public struct TensorComparison: Sendable {
    /// The largest error of an element.
    public let largestError: Double
    /// A description of the elements that differ by more than the tolerance; nil if none do.
    public let failure: String?

    public init(_ actual: Tensor, _ expected: Tensor, tolerance: Double, scale: OperationCase.Scale = .tensor) {
        guard actual.type == expected.type else {
            largestError = .infinity
            failure = "the type is \(actual.type) instead of \(expected.type)"
            return
        }
        let (given, wanted) = (actual.doubles, expected.doubles)
        let floor: Double =
            switch scale {
            case .element: 1
            case .tensor:
                (wanted.reduce(0) { $0 + ($1.isFinite ? $1 * $1 : 0) } / Double(max(1, wanted.count))).squareRoot()
            }
        let errors = zip(given, wanted).map { given, wanted in
            if given == wanted || (given.isNaN && wanted.isNaN) { return 0.0 }
            let error = abs(given - wanted) / max(abs(wanted), floor)
            return error.isNaN || !expected.dataType.isFloatingPoint ? .infinity : error
        }
        largestError = errors.max() ?? 0
        let wrong = errors.indices.filter { errors[$0] > tolerance }
        guard let worst = wrong.max(by: { errors[$0] < errors[$1] }) else {
            failure = nil
            return
        }
        let position = zip(expected.shape.strides, expected.shape.dimensions).map { worst / $0 % $1 }
        failure =
            "\(wrong.count) of \(wanted.count) elements of \(expected.type) differ; the worst at \(position) is "
            + "\(given[worst]) instead of \(wanted[worst]) (error \(errors[worst]), tolerance \(tolerance))"
    }
}
