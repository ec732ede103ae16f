import FoveaFoundation
import FoveaGraph
import OrderedCollections

/// Elements with names, in their order: a network's inputs, its outputs, their types.
///
///     let inputs: Named<TensorType> = ["picture": .float32([1, 8, 8]), "vector": .float32([5])]
public struct Named<Content>: ExpressibleByDictionaryLiteral {
    private var elements: OrderedDictionary<String, Content>

    /// - Parameter pairs: names with elements; of two with the same name, the last one counts.
    public init(_ pairs: some Sequence<(String, Content)>) {
        elements = OrderedDictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    public init(dictionaryLiteral elements: (String, Content)...) { self.init(elements) }

    public var names: [String] { Array(elements.keys) }

    public var isEmpty: Bool { elements.isEmpty }

    public var count: Int { elements.count }

    /// - Throws: ``FoveaError`` that lists the existing names when there is no such name.
    public subscript(name: String) -> Content {
        get throws {
            if let element = elements[name] { return element }
            let names = names.map(quoted).joined(separator: ", ")
            throw FoveaError(
                .usage,
                "There is nothing named \(quoted(name)); there is \(names.isEmpty ? "nothing at all" : "only \(names)").",
                remedy: nearestName(to: name, among: self.names).map { "Did you mean \(quoted($0))?" }
                    ?? "Use one of these names.")
        }
    }

    /// Adds an element, or replaces the one of that name.
    public mutating func set(_ name: String, to element: Content) { elements[name] = element }

    public func contains(_ name: String) -> Bool { elements[name] != nil }

    /// The same names with other elements.
    public func mapValues<Other>(_ transform: (Content) throws -> Other) rethrows -> Named<Other> {
        Named<Other>(try elements.map { ($0.key, try transform($0.value)) })
    }

    /// These elements followed by those of `other`, which replace elements of the same name.
    public func merging(_ other: Named) -> Named { Named(Array(self) + Array(other)) }
}

extension Named: Sequence {
    public struct Iterator: IteratorProtocol {
        fileprivate var base: OrderedDictionary<String, Content>.Iterator

        public mutating func next() -> (String, Content)? { base.next().map { ($0.key, $0.value) } }
    }

    public func makeIterator() -> Iterator { Iterator(base: elements.makeIterator()) }
}

extension Named: Sendable where Content: Sendable {}
extension Named: Equatable where Content: Equatable {}
extension Named: Hashable where Content: Hashable {}
