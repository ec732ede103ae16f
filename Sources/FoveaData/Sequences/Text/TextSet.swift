import FoveaFoundation
public import FoveaGraph

/// Texts with classes, held in memory.
///
/// An example has ``Batch/textName``, the bytes of its text; a ``SequencePreparation`` makes numbers of them. The same text under
/// several classes is never divided between two parts (``SequenceSource/groups``).
public struct TextSet: SequenceSource {
    public let name: String
    public let classNames: [String]
    /// The label of each text; empty where texts have no class.
    public let labels: [Int32]
    public let texts: [String]
    public let groups: [Int]?
    /// The number of tokens of each text.
    private let lengths: [Int]
    private let kind: TokenKind
    /// The file and line that each text comes from, where it comes from files.
    let origins: SequenceOrigins?
    private let fingerprint: String

    /// - Throws: ``FoveaError`` when there is no text, when one has no tokens, when the number of labels does not fit, or when a label
    ///   is not a class.
    public init(
        name: String, classNames: [String] = [], labels: [Int32] = [], texts: [String], tokens kind: TokenKind
    ) throws {
        try self.init(
            name: name, classNames: classNames, labels: labels, texts: texts, tokens: kind, origins: nil)
    }

    init(
        name: String, classNames: [String], labels: [Int32], texts: [String], tokens kind: TokenKind,
        origins: SequenceOrigins?
    ) throws {
        (self.name, self.classNames, self.labels, self.texts) = (name, classNames, labels, texts)
        (self.kind, self.origins) = (kind, origins)
        lengths = texts.map(kind.count)
        guard !texts.isEmpty, labels.isEmpty || labels.count == texts.count,
            labels.allSatisfy({ classNames.indices.contains(Int($0)) })
        else {
            throw FoveaError(
                .badData, "The set \(quoted(name)) has \(texts.count) texts and \(labels.count) labels.",
                remedy: "Give at least one text, and each a label that counts the classes from 0, or none.")
        }
        if let empty = lengths.firstIndex(of: 0) {
            throw FoveaError(
                .badData, "Text \(empty) of \(quoted(name)) has no \(kind.rawValue).", remedy: "Leave out empty texts.")
        }
        var groupOfText: [String: Int] = [:]
        groups = texts.map { text in
            let group = groupOfText[text] ?? groupOfText.count
            groupOfText[text] = group
            return group
        }
        fingerprint = Self.fingerprint(texts, labels, kind)
    }

    /// The CRC-32 of the texts, each with its number of bytes, and, after a hyphen, that of the labels and the kind of the tokens.
    private static func fingerprint(_ texts: [String], _ labels: [Int32], _ kind: TokenKind) -> String {
        var (content, rest) = (Checksum(), Checksum())
        for text in texts {
            content.update(withLittleEndian: Int64(text.utf8.count))
            content.update(with: Array(text.utf8)[...])
        }
        for label in labels { rest.update(withLittleEndian: label) }
        rest.update(with: Array(kind.rawValue.utf8)[...])
        return "crc32:\(content)-\(rest)"
    }

    public var count: Int { texts.count }
    public var knownLabels: [Int32]? { labels.isEmpty ? nil : labels }
    public var knownLengths: [Int]? { lengths }
    public var tokenKind: TokenKind? { kind }
    public var identity: String? { fingerprint }
    public var exampleTypes: [String: TensorType] { example(at: 0).types }

    public func example(at index: Int) -> Example {
        let bytes = Array(texts[index].utf8)
        return Example(
            label: labels.isEmpty ? nil : labels[index],
            values: [Batch.textName: tensor(Shape([bytes.count]), bytes[...])])
    }
}

extension TextSet: DigestedExampleSource {
    func digest(ofExample index: Int) throws -> ContentDigest? { ContentDigest(Array(texts[index].utf8)[...], []) }
}
