public import FoveaGraph

/// One operand of a case: its shape and the distribution of its elements.
public struct OperandDraw: Sendable {
    /// The distribution of the elements.
    public enum Source: Hashable, Sendable {
        /// Normal numbers of some deviation, kept away from the points where the function has a kink or a jump.
        case normal(deviation: Double = 1, avoiding: [Double] = [])
        /// Uniform numbers from 0.5 to 2.
        case positive
        /// Numbers that differ by at least 0.1, in random order, so that a maximum has one winner.
        case distinct
        /// −1, 0 and 1: many ties.
        case fewValues
        /// Kinks, zeros of both signs, and sizes at which exponentials overflow and underflow.
        case extreme
        /// The same number everywhere.
        case constant(Double)
        /// Class indices below a number, int32.
        case classIndices(below: Int)
        /// Words of 32 random bits, int32.
        case words
    }

    public let shape: Shape
    public let source: Source

    public init(_ shape: Shape, _ source: Source = .normal()) {
        self.shape = shape
        self.source = source
    }

    /// The type of the operand in a graph that computes in `floatingPoint`.
    public func type(_ floatingPoint: DataType) -> TensorType {
        switch source {
        case .classIndices, .words: TensorType(shape, .int32)
        default: TensorType(shape, floatingPoint)
        }
    }

    /// The operand in single precision.
    public func tensor(seed: UInt64, purpose: String) -> Tensor {
        Tensor(elements: elements(CounterBasedGenerator(seed: seed, purpose: purpose)), type(.float32))
    }

    /// The elements for one purpose of one seed.
    public func elements(_ generator: CounterBasedGenerator) -> [Double] {
        var stream = generator.stream
        let places = 0..<shape.elementCount
        switch source {
        case .normal(let deviation, let avoided):
            return places.map { _ in
                let value = stream.normal() * deviation
                let isNearKink = avoided.contains { abs(value - $0) < 0.05 }
                return isNearKink ? value + 0.11 : value
            }
        case .positive: return places.map { _ in 0.5 + 1.5 * stream.uniform() }
        case .distinct: return places.shuffled(using: &stream).map { Double($0 - places.count / 2) * 0.1 }
        case .fewValues: return places.map { _ in Double(Int.random(in: -1...1, using: &stream)) }
        case .extreme:
            let values = [0, -0.0, 1, -1, 3, -3, 6, -6, 20, -20, 50, -50, 88, -88, 104, -104, 1000, -1000, 1e30, -1e30]
            return places.map { values[$0 % values.count] }
        case .constant(let value): return places.map { _ in value }
        case .classIndices(let count): return places.map { _ in Double(Int.random(in: 0..<count, using: &stream)) }
        case .words: return places.map { _ in Double(Int32.random(in: .min ... .max, using: &stream)) }
        }
    }
}
