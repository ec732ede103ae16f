public import FoveaGraph

/// A source of examples: memory, files, a formula.
///
/// The same index always gives the same example, and any thread may request any example at any time, also while others
/// do. Changes from epoch to epoch are the task of a ``Transform``.
public protocol ExampleSource: Sendable {
    /// The name of the source in reports.
    var name: String { get }
    var count: Int { get }
    /// The names of the classes, which labels count from 0; empty where examples have no class.
    var classNames: [String] { get }
    /// The types of an example's tensors, by name: `images` is its image, `labels` its class. Those of the first example
    /// where the source does not say.
    var exampleTypes: [String: TensorType] { get throws }
    /// The label of each example, where they are known without reading the examples.
    var knownLabels: [Int32]? { get }
    /// A text that identifies this data, where one is known without reading all of it: from the names, sizes and dates
    /// of files, or the seed of a formula.
    var identity: String? { get }

    /// - Parameter index: from 0 to below ``count``.
    /// - Throws: when the example cannot be read; the caller adds its index and the source's name.
    func example(at index: Int) throws -> Example
}

extension ExampleSource {
    public var classNames: [String] { [] }
    public var exampleTypes: [String: TensorType] { get throws { try example(at: 0).types } }
    public var knownLabels: [Int32]? { nil }
    public var identity: String? { nil }

    /// The label of each example; reads all examples where the source does not know them otherwise.
    ///
    /// - Throws: ``FoveaError`` that names the example when one cannot be read or has no label.
    public func labels() throws -> [Int32] {
        if let knownLabels { return knownLabels }
        return try (0..<count).map { index in
            try locatingErrors(ofExample: index) {
                guard let label = try example(at: index).label else {
                    throw FoveaError(.badData, "It has no label.", remedy: "Use data whose examples have classes.")
                }
                return label
            }
        }
    }

    /// The result of `body`, whose errors then name the example of this source.
    func locatingErrors<Result>(ofExample index: Int, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw self.error(error, ofExample: index)
        }
    }

    /// The error with the name of the example of this source.
    func error(_ error: any Error, ofExample index: Int) -> FoveaError {
        let known = error as? FoveaError
        return (known ?? FoveaError(.badData, "\(error)", remedy: "Check the example's data."))
            .located(at: .example(index, of: name))
    }
}
