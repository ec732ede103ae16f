import FoveaFoundation
import FoveaGraph

/// The header of an `.arff` file of series: the attributes until `@data`, in any case.
struct ARFFHeader {
    private(set) var isComplete = false
    /// Whether the channels are in one relational attribute.
    private(set) var isMultivariate = false
    /// The number of steps that the header has.
    private(set) var steps = 0
    /// The classes that the header lists; nil where the class is a number.
    private(set) var classNames: [String]?

    /// Whether the attributes that follow are within the relational one.
    private var isWithinRelation = false
    /// The attributes that are no part of a relational one.
    private var attributes: [Attribute] = []

    private enum Attribute {
        case number
        case relation
        case classes([String])
    }

    /// - Throws: ``FoveaError`` at the line when it belongs to no header of series.
    mutating func read(_ line: TextLines.Line, of bytes: [UInt8]) throws {
        let text = try bytes.text(line.range, line: line.number)
        let keyword = text.prefix { !$0.isWhitespace }.lowercased()
        switch keyword {
        case "@relation": return
        case "@attribute":
            let rest = text.dropFirst(keyword.count).drop { $0.isWhitespace }
            try add(Self.typeText(rest), line: line.number)
        case "@end": isWithinRelation = false
        case "@data": try finish(line: line.number)
        default:
            throw FoveaError(
                .badData, "A line before `@data` is no `@attribute`: \(bytes.excerpt(line.range)).",
                at: .line(line.number), remedy: "Put `@data` between the header and the series.")
        }
    }

    /// What follows the name of an attribute, which may be in quotes.
    private static func typeText(_ text: Substring) -> Substring {
        if let quote = text.first, quote == "'" || quote == "\"",
            let end = text.dropFirst().firstIndex(of: quote)
        {
            return text[text.index(after: end)...].drop { $0.isWhitespace }
        }
        return text.drop { !$0.isWhitespace }.drop { $0.isWhitespace }
    }

    private mutating func add(_ type: Substring, line: Int) throws {
        if type.first == "{" {
            let names = type.dropFirst().prefix { $0 != "}" }.split(separator: ",").map { name -> String in
                let bytes = Array(name.utf8)
                return String(decoding: bytes[bytes.withoutQuotes(bytes.trimmed(0..<bytes.count))], as: UTF8.self)
            }
            guard !isWithinRelation, Set(names).count == names.count, !names.contains("") else {
                throw failure("The classes \(quoted(String(type))) are no list of different names", line)
            }
            attributes.append(.classes(names))
            return
        }
        switch type.prefix(while: { !$0.isWhitespace }).lowercased() {
        case "numeric", "real", "integer":
            if isWithinRelation { steps += 1 } else { attributes.append(.number) }
        case "relational" where !isWithinRelation:
            isWithinRelation = true
            attributes.append(.relation)
        default:
            throw failure("An attribute is \(quoted(String(type))), not numeric, relational or {classes}", line)
        }
    }

    private mutating func finish(line: Int) throws {
        isComplete = true
        guard let last = attributes.last, attributes.count >= 2 else {
            throw failure("The header has \(attributes.count) attributes", line)
        }
        switch last {
        case .classes(let names): classNames = names
        case .number: classNames = nil
        case .relation: throw failure("The last attribute is relational", line)
        }
        if case .relation = attributes[0], attributes.count == 2 {
            isMultivariate = true
            guard steps > 0 else { throw failure("The relational attribute has no numeric attributes", line) }
            return
        }
        steps = attributes.count - 1
        for case .number in attributes.dropLast() { steps -= 1 }
        guard steps == 0 else {
            throw failure("Attributes before the last are not all numeric, and not one relational one", line)
        }
        steps = attributes.count - 1
    }

    private func failure(_ fault: String, _ line: Int) -> FoveaError {
        FoveaError(
            .badData, "\(fault).", at: .line(line),
            remedy: "A series has numeric attributes, or one relational attribute of these, and its class last.")
    }

    /// The class of the header's list that a label names.
    ///
    /// - Throws: ``FoveaError`` at the line when the list has no such class.
    func className(_ label: String, line: Int) throws -> String {
        guard let classNames else {
            let bytes = Array(label.utf8)
            guard let number = bytes.decimalNumber(in: 0..<bytes.count) else {
                throw FoveaError(
                    .badData, "The class \(quoted(label)) is no number, as the header has it.", at: .line(line),
                    remedy: "Correct the line, or list the classes in braces in the header.")
            }
            return number.className
        }
        guard classNames.contains(label) else {
            let known = classNames.prefix(10).map(quoted).joined(separator: ", ")
            throw FoveaError(
                .badData,
                "The label \(quoted(label)) is none that the header lists: \(known)\(classNames.count > 10 ? ", …" : "").",
                at: .line(line), remedy: "Add it to the header, or correct the line.")
        }
        return label
    }
}
