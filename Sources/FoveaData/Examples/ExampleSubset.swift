public import FoveaGraph

/// Some examples of another source, in any order; they may repeat.
public struct ExampleSubset: ExampleSource {
    let whole: any ExampleSource
    /// The position of each example in the whole.
    let positions: [Int]

    init(_ whole: any ExampleSource, at positions: [Int]) {
        self.whole = whole
        self.positions = positions
    }

    public var name: String { whole.name }
    public var count: Int { positions.count }
    public var classNames: [String] { whole.classNames }
    public var exampleTypes: [String: TensorType] { get throws { try whole.exampleTypes } }
    public var knownLabels: [Int32]? { whole.knownLabels.map { labels in positions.map { labels[$0] } } }

    /// The whole's identity and, after a hyphen, the CRC-32 of the positions as little-endian 64-bit integers.
    public var identity: String? {
        whole.identity.map { identity in
            var checksum = Checksum()
            for position in positions { checksum.update(withLittleEndian: UInt64(position)) }
            return "\(identity)-\(checksum)"
        }
    }

    public func example(at index: Int) throws -> Example { try whole.example(at: positions[index]) }
}

extension ExampleSubset: EncodedExampleSource {
    func encodedExample(at index: Int) throws -> (image: EncodedImage, label: Int32?)? {
        try (whole as? any EncodedExampleSource)?.encodedExample(at: positions[index])
    }
}

extension ExampleSubset: DigestedExampleSource {
    func digest(ofExample index: Int) throws -> ContentDigest? { try whole.contentDigest(at: positions[index]) }
}

extension ExampleSource {
    /// The examples at these indices, in this order; they may repeat.
    ///
    /// - Throws: ``FoveaError`` when there is no example at an index.
    public func subset(_ indices: [Int]) throws -> any ExampleSource {
        if let stray = indices.first(where: { !(0..<count).contains($0) }) {
            throw FoveaError(
                .usage, "`\(name)` has no example \(stray).", remedy: "It has the examples 0 to \(count - 1).")
        }
        return ExampleSubset(self, at: indices)
    }

    /// The first `length` examples, or all where there are fewer.
    public func prefix(_ length: Int) -> any ExampleSource {
        ExampleSubset(self, at: Array(0..<min(max(0, length), count)))
    }
}
