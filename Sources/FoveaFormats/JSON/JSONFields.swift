import FoveaFoundation
import FoveaGraph
import OrderedCollections

/// The fields of a JSON object, each read by name and kind; an error names the field.
package struct JSONFields {
    let fields: OrderedDictionary<String, JSONValue>
    /// The path of the object in its document: empty, or `preprocessing`.
    private let place: String

    /// - Throws: ``FoveaError`` when the value is not an object.
    package init(_ value: JSONValue, at place: String = "") throws {
        guard case .object(let fields) = value else {
            throw Self.failure(place.isEmpty ? "The document" : quoted(place), "an object", value)
        }
        self.fields = fields
        self.place = place
    }

    /// - Throws: ``FoveaError`` when there is a field that is not among `names`.
    ///
    /// A field that a reader does not know may change the meaning of those that it knows.
    package func refuseFields(besides names: Set<String>) throws {
        guard let unknown = fields.keys.first(where: { !names.contains($0) }) else { return }
        throw FoveaError(
            .badData, "There is an unknown field \(path(unknown)).", remedy: "Known are \(names.sorted().listed).")
    }

    /// Whether there is such a field.
    package func contains(_ name: String) -> Bool { fields[name] != nil }

    package func value(_ name: String) throws -> JSONValue {
        guard let value = fields[name] else {
            throw FoveaError(.badData, "The field \(path(name)) is missing.")
        }
        return value
    }

    package func object(_ name: String) throws -> JSONFields {
        try JSONFields(value(name), at: place.isEmpty ? name : "\(place).\(name)")
    }

    package func string(_ name: String) throws -> String {
        guard case .string(let string) = try value(name) else { throw try failure(name, "a string") }
        return string
    }

    package func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
        guard case .integer(let integer) = try value(name), range.contains(integer) else {
            throw try failure(name, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// A number, which JSON has finite ones of only.
    package func number(_ name: String) throws -> Double {
        switch try value(name) {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: throw try failure(name, "a number")
        }
    }

    /// An integer from 0 on; one that is above the range of `Int` is a string.
    package func unsignedInteger(_ name: String) throws -> UInt64 {
        let found: UInt64? =
            switch try value(name) {
            case .integer(let integer): UInt64(exactly: integer)
            case .string(let text): UInt64(text)
            default: nil
            }
        guard let found else { throw try failure(name, "an integer from 0 to \(UInt64.max)") }
        return found
    }

    package func integers(_ name: String, in range: ClosedRange<Int>) throws -> [Int] {
        try elements(name, "integers from \(range.lowerBound) to \(range.upperBound)") {
            if case .integer(let integer) = $0, range.contains(integer) { integer } else { nil }
        }
    }

    package func strings(_ name: String) throws -> [String] {
        try elements(name, "strings") { if case .string(let string) = $0 { string } else { nil } }
    }

    /// Numbers that a `Float` can hold.
    package func floats(_ name: String) throws -> [Float] {
        try elements(name, "numbers") {
            let float: Float? =
                switch $0 {
                case .integer(let integer): Float(integer)
                case .number(let number): Float(number)
                default: nil
                }
            return float.flatMap { $0.isFinite ? $0 : nil }
        }
    }

    private func elements<Element>(
        _ name: String, _ expected: String, _ convert: (JSONValue) -> Element?
    ) throws -> [Element] {
        guard case .array(let values) = try value(name) else { throw try failure(name, "an array of \(expected)") }
        return try values.enumerated().map { index, value in
            guard let element = convert(value) else {
                throw Self.failure("Element \(index) of the field \(path(name))", "one of the \(expected)", value)
            }
            return element
        }
    }

    private func path(_ name: String) -> String { quoted(place.isEmpty ? name : "\(place).\(name)") }

    private func failure(_ name: String, _ expected: String) throws -> FoveaError {
        Self.failure("The field \(path(name))", expected, try value(name))
    }

    private static func failure(_ what: String, _ expected: String, _ value: JSONValue) -> FoveaError {
        let found =
            switch value {
            case .integer, .number, .boolean: value.text()
            default: value.kind
            }
        return FoveaError(.badData, "\(what) is \(found), not \(expected).")
    }
}

extension [String] {
    /// `a, b and c`, each between backticks.
    var listed: String {
        let names = map(quoted)
        return names.count < 2
            ? names.joined() : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
    }
}
