import FoveaFoundation
import FoveaGraph

/// What a network says about a sequence.
public enum SequenceAnswer: Hashable, Sendable {
    /// Its class, of so many.
    case classes(Int)
    /// So many numbers; with a scale in their own units, while the layers before compute with mean 0 and deviation 1.
    case numbers(Int, scale: NumberScale? = nil)
    /// A class for each step, of so many.
    case stepClasses(Int)

    /// The number of outputs of the last layer.
    public var width: Int {
        switch self {
        case .classes(let count), .numbers(let count, _), .stepClasses(let count): count
        }
    }
}

/// The mean and the deviation of each of some numbers.
public struct NumberScale: Hashable, Sendable {
    public let mean: [Float]
    public let deviation: [Float]

    /// - Throws: ``FoveaError`` when there is not one finite value of each for every number, the deviation's greater than 0.
    public init(mean: [Float], deviation: [Float]) throws {
        guard mean.count == deviation.count, mean.allSatisfy(\.isFinite),
            deviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw FoveaError(
                .badData, "The means \(mean) and deviations \(deviation) of the numbers do not belong together.",
                remedy: "Give one finite value of each for every number, the deviation's greater than 0.")
        }
        (self.mean, self.deviation) = (mean, deviation)
    }

    /// σ · z + μ for z [N, numbers].
    func unscaled(_ z: Value) throws -> Value {
        try Multiplication().applied(to: z, constant(deviation, like: z)) + constant(mean, like: z)
    }

    /// z / σ for a difference z [N, numbers].
    func relative(_ difference: Value) throws -> Value {
        try Division().applied(to: difference, constant(deviation, like: difference))
    }

    private func constant(_ numbers: [Float], like z: Value) throws -> Value {
        try z.builder.constant(Tensor([1, numbers.count], numbers)).cast(to: z.dataType)
    }
}
