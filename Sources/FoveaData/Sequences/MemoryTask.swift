import FoveaFoundation
import FoveaGraph

/// Tasks made up to test memories over long stretches.
///
/// Sources: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; Bai, Kolter and Koltun, "An Empirical Evaluation of
/// Generic Convolutional and Recurrent Networks for Sequence Modeling", 2018.
enum MemoryTask: String, CaseIterable {
    /// Two channels: numbers from 0 to 1, and a marker that is 1 at two places, else 0. The answer is the sum of the two marked
    /// numbers. Always saying 1 has a mean squared error of 1/6.
    case adding
    /// One channel: ten digits from 1 to 8, T − 1 zeros, eleven nines. The answer, step by step, is T + 10 zeros and then the ten digits.
    /// Without memory the best cross-entropy is 10 ln 8 / (T + 20).
    case copy

    /// The number of digits to keep in mind.
    private static let digits = 10
    /// Longer ones would not fit in memory, and no network learns them.
    private static let lengths = 2...10_000

    /// The task and T of `adding:100`; nil for other names.
    static func named(_ source: String) -> (task: MemoryTask, length: String)? {
        guard let colon = source.firstIndex(of: ":"), let task = MemoryTask(rawValue: String(source[..<colon])) else {
            return nil
        }
        return (task, String(source[source.index(after: colon)...]))
    }

    /// Training and test part, the same each time: 50,000 and 1,000 sequences of ``adding``, 10,000 and 1,000 of ``copy``.
    ///
    /// - Throws: ``FoveaError`` when the length is no number from 2 to 10,000, or there is not enough memory.
    func load(length: String) throws -> DataSplits {
        guard let length = Int(length), Self.lengths.contains(length) else {
            throw FoveaError(
                .usage, "The length in \(quoted("\(rawValue):\(length)")) is no number from 2 to 10,000.",
                remedy: "Use \(rawValue):100, say.")
        }
        let count = self == .adding ? 50_000 : 10_000
        let floats = saturatingProduct(count, (length + 2 * Self.digits) * 2)
        try AvailableMemory.require(saturatingProduct(floats, 4), for: "\(count) sequences")
        return DataSplits(
            training: try set(count, length, purpose: "training"), test: try set(1000, length, purpose: "test"))
    }

    private func set(_ count: Int, _ length: Int, purpose: String) throws -> SequenceSet {
        let generator = CounterBasedGenerator(seed: 0, purpose: "\(rawValue) \(length) \(purpose)")
        switch self {
        case .adding: return try Self.sums(count, length, generator)
        case .copy: return try Self.copies(count, length, generator)
        }
    }

    private static func sums(_ count: Int, _ length: Int, _ generator: CounterBasedGenerator) throws -> SequenceSet {
        var (values, sums) = ([Float](), [Float]())
        values.reserveCapacity(count * 2 * length)
        for number in 0..<count {
            let first = number * (length + 2)
            let numbers = (0..<length).map { Float(generator.uniform(at: first + $0)) }
            let one = place(generator.uniform(at: first + length), of: length)
            let other = place(generator.uniform(at: first + length + 1), of: length - 1)
            let marked = [one, other < one ? other : other + 1]
            values += numbers
            values += (0..<length).map { marked.contains($0) ? 1 : 0 }
            sums.append(numbers[marked[0]] + numbers[marked[1]])
        }
        return try SequenceSet(
            name: "adding:\(length)", lengths: Array(repeating: length, count: count),
            steps: .series(values, channels: 2), targets: .numbers(sums, each: 1))
    }

    private static func copies(_ count: Int, _ length: Int, _ generator: CounterBasedGenerator) throws -> SequenceSet {
        var (values, answers) = ([Float](), [Int32]())
        for number in 0..<count {
            let kept = (0..<digits).map { 1 + place(generator.uniform(at: number * digits + $0), of: 8) }
            values += kept.map(Float.init)
            values += [Float](repeating: 0, count: length - 1) + [Float](repeating: 9, count: digits + 1)
            answers += [Int32](repeating: 0, count: length + digits) + kept.map(Int32.init)
        }
        return try SequenceSet(
            name: "copy:\(length)", classNames: (0..<10).map(String.init),
            lengths: Array(repeating: length + 2 * digits, count: count), steps: .series(values, channels: 1),
            targets: .stepClasses(answers))
    }

    private static func place(_ uniform: Double, of count: Int) -> Int { min(count - 1, Int(uniform * Double(count))) }
}
