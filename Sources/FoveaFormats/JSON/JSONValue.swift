public import OrderedCollections

/// A JSON document as a value; objects keep the order of their fields.
///
/// Foundation's parser silently accepts duplicate keys, and `1e3` as an integer; this one refuses both.
public enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number written without fraction and exponent that fits an `Int`.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(OrderedDictionary<String, JSONValue>)

    /// A number with just enough digits to tell this `Float` from its neighbours: `0.1307`, not `0.13070000708103180`.
    public init(_ value: Float) { self = .number(Double(value.description) ?? Double(value)) }

    /// The number, or null where there is none.
    public init(_ value: Float?) { self = value.map { JSONValue($0) } ?? .null }

    /// An object with these fields in this order; of fields with the same name, the last one counts.
    public init(fields: some Sequence<(String, JSONValue)>) {
        self = .object(OrderedDictionary(fields) { _, last in last })
    }

    /// The name of this kind of value in messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a truth value"
        case .integer: "an integer"
        case .number: "a number that is not an integer"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(fields: elements) }
}
