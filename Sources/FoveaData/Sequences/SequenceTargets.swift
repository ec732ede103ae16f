import FoveaGraph

/// What is to be predicted from sequences where that is no class of the whole.
public enum SequenceTargets: Sendable {
    /// Numbers, example after example, and how many each has.
    case numbers([Float], each: Int)
    /// A class for each step, example after example.
    case stepClasses([Int32])
}

/// What a source asks of a network.
public enum SequenceQuestion: Hashable, Sendable {
    /// The class of a sequence.
    case itsClass
    /// So many numbers.
    case numbers(Int)
    /// The next steps of some channels.
    case forecast(Forecast)
    /// A class for each step.
    case stepClasses
    /// The token after each, and after the last the end: a model of a language.
    case nextToken

    /// Whether answers are right or wrong, and not near or far.
    public var hasClasses: Bool {
        switch self {
        case .itsClass, .stepClasses, .nextToken: true
        case .numbers, .forecast: false
        }
    }

    /// The number of steps that a network takes besides those of a sequence.
    public var addedSteps: Int { self == .nextToken ? 1 : 0 }
}

extension ExampleSource {
    /// What the examples ask of a network.
    ///
    /// - Throws: when the first example cannot be read.
    public var question: SequenceQuestion {
        get throws {
            if let forecast = (self as? any SequenceSource)?.forecast { return .forecast(forecast) }
            guard let type = try exampleTypes[Batch.targetsName] else { return .itsClass }
            return type.dataType.isFloatingPoint ? .numbers(type.shape.elementCount) : .stepClasses
        }
    }
}
