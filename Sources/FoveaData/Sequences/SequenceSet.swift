import FoveaFoundation
public import FoveaGraph

/// Sequences of unequal lengths, held in memory: series of numbers, or tokens.
///
/// An example has `sequences`, float32 `[channels, steps]` or int32 `[steps]`, `lengths`, an int32 scalar with the number of its
/// steps, and its class, where there are classes. A missing value is NaN.
public struct SequenceSet: SequenceSource {
    /// What the steps are.
    public enum Steps: Sendable {
        /// Series: example after example, each `[channel, step]`.
        case series([Float], channels: Int)
        /// Tokens: example after example.
        case tokens([Int32])
    }

    public let name: String
    public let classNames: [String]
    /// The label of each example; empty where examples have no class.
    public let labels: [Int32]
    /// The number of steps of each example.
    public let lengths: [Int]
    public let groups: [Int]?
    /// The file and line that each example comes from, where it comes from files.
    let origins: SequenceOrigins?

    /// What is to be predicted, where that is no class of the whole.
    public let targets: SequenceTargets?
    private let steps: Steps
    /// The position of each example's first step, counted over all steps.
    private let starts: [Int]
    private let fingerprint: String

    /// - Parameters:
    ///   - labels: a class for each example, or none for any.
    ///   - groups: see ``SequenceSource/groups``.
    ///   - targets: numbers or classes of steps, the classes those of `classNames`; then there are no labels.
    /// - Throws: ``FoveaError`` when there is no example, when one is empty, when the numbers of labels or values do not fit,
    ///   or when a label is not a class.
    public init(
        name: String, classNames: [String] = [], labels: [Int32] = [], lengths: [Int], steps: Steps,
        groups: [Int]? = nil, targets: SequenceTargets? = nil
    ) throws {
        try self.init(
            name: name, classNames: classNames, labels: labels, lengths: lengths, steps: steps, groups: groups,
            targets: targets, origins: nil)
    }

    init(
        name: String, classNames: [String], labels: [Int32], lengths: [Int], steps: Steps, groups: [Int]? = nil,
        targets: SequenceTargets? = nil, origins: SequenceOrigins?
    ) throws {
        (self.name, self.classNames, self.labels, self.lengths) = (name, classNames, labels, lengths)
        (self.steps, self.groups, self.origins, self.targets) = (steps, groups, origins, targets)
        starts = try Self.starts(lengths, steps, name: name)
        guard labels.isEmpty || labels.count == lengths.count, groups.map({ $0.count == lengths.count }) ?? true else {
            throw FoveaError(
                .badData, "The set \(quoted(name)) has \(lengths.count) sequences and \(labels.count) labels.",
                remedy: "Give each sequence a label, or none.")
        }
        if let index = labels.firstIndex(where: { !classNames.indices.contains(Int($0)) }) {
            throw FoveaError(
                .badData,
                "The label \(labels[index]) of sequence \(index) of \(quoted(name)) is none of its \(classNames.count) classes.",
                remedy: "Labels count the classes from 0.")
        }
        try Self.expect(targets, for: lengths, classes: classNames.count, labels: labels, name: name)
        fingerprint = Self.fingerprint(labels, lengths, steps, targets)
    }

    private static func expect(
        _ targets: SequenceTargets?, for lengths: [Int], classes: Int, labels: [Int32], name: String
    ) throws {
        let (found, wanted): (Int, Int)
        switch targets {
        case .none: return
        case .numbers(let numbers, let each): (found, wanted) = (numbers.count, saturatingProduct(each, lengths.count))
        case .stepClasses(let numbers):
            (found, wanted) = (numbers.count, lengths.reduce(0, saturatingSum))
            if let wrong = numbers.first(where: { !(0..<classes).contains(Int($0)) }) {
                throw FoveaError(
                    .badData, "The class \(wrong) of a step of \(quoted(name)) is none of its \(classes) classes.",
                    remedy: "Classes count from 0.")
            }
        }
        guard found == wanted, found > 0, labels.isEmpty else {
            throw FoveaError(
                .badData,
                "The set \(quoted(name)) has \(found) targets and \(labels.count) labels; \(wanted) targets are expected.",
                remedy: "Give each sequence, or each step, its targets, and no labels.")
        }
    }

    /// The positions of the first steps of the examples, when there are as many values as the lengths say.
    private static func starts(_ lengths: [Int], _ steps: Steps, name: String) throws -> [Int] {
        guard !lengths.isEmpty else {
            throw FoveaError(.badData, "The set \(quoted(name)) has no sequences.", remedy: "Give it at least one.")
        }
        if let index = lengths.firstIndex(where: { $0 < 1 }) {
            throw FoveaError(
                .badData, "Sequence \(index) of \(quoted(name)) has \(lengths[index]) steps.",
                remedy: "Leave out empty sequences.")
        }
        let (found, channels) =
            switch steps {
            case .series(let values, let channels): (values.count, channels)
            case .tokens(let tokens): (tokens.count, 1)
            }
        var starts: [Int] = []
        var total = 0
        for length in lengths {
            starts.append(total)
            total = saturatingSum(total, length)
        }
        guard channels > 0, saturatingProduct(total, channels) == found else {
            throw FoveaError(
                .badData, "The set \(quoted(name)) has \(found) values for \(total) steps of \(channels) channels.",
                remedy: "Give a value for each channel and step.")
        }
        return starts
    }

    /// The CRC-32 of the values and, after a hyphen, that of channels, lengths and labels, in hexadecimal.
    private static func fingerprint(
        _ labels: [Int32], _ lengths: [Int], _ steps: Steps, _ targets: SequenceTargets?
    ) -> String {
        var (values, numbers) = (Checksum(), Checksum())
        // Safe: the buffers are borrowed for the length of the calls.
        switch steps {
        case .series(let floats, let channels):
            unsafe floats.withUnsafeBytes { unsafe values.update(with: $0) }
            numbers.update(withLittleEndian: Int64(channels))
        case .tokens(let tokens):
            unsafe tokens.withUnsafeBytes { unsafe values.update(with: $0) }
            numbers.update(withLittleEndian: Int64(0))
        }
        unsafe lengths.withUnsafeBytes { unsafe numbers.update(with: $0) }
        unsafe labels.withUnsafeBytes { unsafe numbers.update(with: $0) }
        switch targets {
        case .none: break
        case .numbers(let floats, _): unsafe floats.withUnsafeBytes { unsafe numbers.update(with: $0) }
        case .stepClasses(let classes): unsafe classes.withUnsafeBytes { unsafe numbers.update(with: $0) }
        }
        return "crc32:\(values)-\(numbers)"
    }

    public var count: Int { lengths.count }
    public var knownLabels: [Int32]? { labels.isEmpty ? nil : labels }
    public var knownLengths: [Int]? { lengths }
    public var identity: String? { fingerprint }
    public var exampleTypes: [String: TensorType] { example(at: 0).types }

    /// The number of channels; nil where steps are tokens.
    public var channels: Int? {
        if case .series(_, let channels) = steps { channels } else { nil }
    }

    /// The number of steps of the longest sequence.
    public var longest: Int { lengths.reduce(0, max) }

    /// The values of a series, `[channel, step]`; empty where steps are tokens.
    public func series(at index: Int) -> ArraySlice<Float> {
        guard case .series(let values, let channels) = steps else { return [] }
        return values[starts[index] * channels..<(starts[index] + lengths[index]) * channels]
    }

    /// The tokens of a sequence; empty where it is a series.
    public func tokens(at index: Int) -> ArraySlice<Int32> {
        guard case .tokens(let tokens) = steps else { return [] }
        return tokens[starts[index]..<starts[index] + lengths[index]]
    }

    public func example(at index: Int) -> Example {
        let length = lengths[index]
        let sequence =
            channels.map { tensor(Shape([$0, length]), series(at: index)) }
            ?? tensor(Shape([length]), tokens(at: index))
        var values = [
            Batch.sequencesName: sequence,
            Batch.lengthsName: Tensor(repeating: Double(length), TensorType([], .int32)),
        ]
        switch targets {
        case .none: break
        case .numbers(let numbers, let each):
            values[Batch.targetsName] = tensor(Shape([each]), numbers[index * each..<(index + 1) * each])
        case .stepClasses(let classes):
            values[Batch.targetsName] = tensor(Shape([length]), classes[starts[index]..<starts[index] + length])
        }
        return Example(label: labels.isEmpty ? nil : labels[index], values: values)
    }
}

extension SequenceSet: DigestedExampleSource {
    func digest(ofExample index: Int) throws -> ContentDigest? {
        guard let tensor = example(at: index).values[Batch.sequencesName] else { return nil }
        // Safe: the bytes are copied.
        return ContentDigest(unsafe tensor.withBytes { unsafe Array($0) }[...], [channels ?? 0])
    }
}

/// A tensor of elements that are as many as the shape has.
func tensor<Element: TensorElement>(_ shape: Shape, _ elements: ArraySlice<Element>) -> Tensor {
    precondition(elements.count == shape.elementCount, "as many elements as the shape has")
    // Safe: as many elements as the tensor has, each of its type's size.
    return unsafe Tensor(TensorType(shape, Element.dataType)) { memory in
        unsafe elements.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    }
}
