public import FoveaGraph

/// Where examples come from: memory, files, a formula.
///
/// The same index always gives the same example, and any thread may ask for any example at any time, also while others do.
/// What differs from epoch to epoch is a ``Transform``.
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
    /// What tells this data from other data, where that is known without reading all of it: from the names, sizes and dates
    /// of files, or the seed of a formula.
    var identity: String? { get }

    /// - Parameter index: from 0 to below ``count``.
    /// - Throws: when the example cannot be read; whoever asks adds its index and the source's name.
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

    /// What `body` gives; its errors say which example of this source they are about.
    func locatingErrors<Result>(ofExample index: Int, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw self.error(error, ofExample: index)
        }
    }

    /// An error that says which example of this source it is about.
    func error(_ error: any Error, ofExample index: Int) -> FoveaError {
        let known = error as? FoveaError
        return (known ?? FoveaError(.badData, "\(error)", remedy: "Check the example's data."))
            .located(at: .example(index, of: name))
    }
}
