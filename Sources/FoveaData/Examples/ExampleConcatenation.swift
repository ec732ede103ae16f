public import FoveaGraph

/// The examples of several sources, one source after the other.
public struct ExampleConcatenation: ExampleSource {
    public let name: String
    public let count: Int
    private let parts: [any ExampleSource]
    /// The index at which each part begins.
    private let starts: [Int]

    /// - Throws: ``FoveaError`` when there is no source, or when two have different classes.
    public init(_ parts: [any ExampleSource], name: String) throws {
        guard let first = parts.first else {
            throw FoveaError(.usage, "`\(name)` is made of no sources.", remedy: "Give at least one.")
        }
        if let other = parts.first(where: { $0.classNames != first.classNames }) {
            throw FoveaError(
                .badData,
                "`\(first.name)` has the classes \(first.classNames.joined(separator: ", ")), `\(other.name)` has "
                    + "\(other.classNames.joined(separator: ", ")).",
                remedy: "Join data of the same classes in the same order.")
        }
        self.name = name
        self.parts = parts
        var starts: [Int] = []
        var count = 0
        for part in parts {
            starts.append(count)
            count += part.count
        }
        (self.starts, self.count) = (starts, count)
    }

    public var classNames: [String] { parts[0].classNames }
    public var exampleTypes: [String: TensorType] { get throws { try parts[0].exampleTypes } }

    public var knownLabels: [Int32]? {
        let labels = parts.compactMap(\.knownLabels)
        return labels.count == parts.count ? Array(labels.joined()) : nil
    }

    /// The identities of all parts, with their sizes; nil where one has none.
    public var identity: String? {
        let identities = parts.compactMap { part in part.identity.map { "\(part.count):\($0)" } }
        return identities.count == parts.count ? identities.joined(separator: "+") : nil
    }

    public func example(at index: Int) throws -> Example {
        let (part, position) = part(of: index)
        return try part.example(at: position)
    }

    /// The part that has an example, and its index there.
    private func part(of index: Int) -> (part: any ExampleSource, index: Int) {
        // The last part that begins at or before the index; an empty part begins where the next does.
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= index { low = middle } else { high = middle }
        }
        return (parts[low], index - starts[low])
    }
}

extension ExampleConcatenation: EncodedExampleSource {
    func encodedExample(at index: Int) throws -> (image: EncodedImage, label: Int32?)? {
        let (part, position) = part(of: index)
        return try (part as? any EncodedExampleSource)?.encodedExample(at: position)
    }
}

extension ExampleConcatenation: DigestedExampleSource {
    func digest(ofExample index: Int) throws -> ContentDigest? {
        let (part, position) = part(of: index)
        return try part.contentDigest(at: position)
    }
}
