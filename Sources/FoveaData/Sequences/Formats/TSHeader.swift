import FoveaFoundation
import FoveaGraph

/// The header of a `.ts` file: lines of `@name value`, in any case and order, until `@data`.
struct TSHeader {
    /// A value and the line it stands on.
    private struct Setting<Value> {
        let value: Value
        let line: Int
    }

    private(set) var isComplete = false
    /// Whether each series ends with a label.
    private(set) var hasLabels = true
    /// The classes that the header lists; nil where it says nothing about classes.
    private(set) var classNames: [String]?

    private var timeStamps: Setting<Bool>?
    private var missing: Setting<Bool>?
    private var univariate: Setting<Bool>?
    private var equalLength: Setting<Bool>?
    private var dimensions: Setting<Int>?
    private var seriesLength: Setting<Int>?

    /// - Throws: ``FoveaError`` at the line when it belongs to no header, or sets a value that makes no sense.
    mutating func read(_ line: TextLines.Line, of bytes: [UInt8]) throws {
        switch bytes[line.range.lowerBound] {
        case UInt8(ascii: "#"): return
        case UInt8(ascii: "@"): break
        default:
            throw FoveaError(
                .badData, "A line before `@data` begins with neither `@` nor `#`: \(bytes.excerpt(line.range)).",
                at: .line(line.number), remedy: "Put `@data` between the header and the series.")
        }
        let words = try bytes.words(line.range).map { try bytes.text($0, line: line.number) }
        let (name, values) = (words[0].lowercased(), Array(words.dropFirst()))
        switch name {
        case "@data": isComplete = true
        case "@timestamps": timeStamps = try truthValue(name, values, line.number)
        case "@missing": missing = try truthValue(name, values, line.number)
        case "@univariate": univariate = try truthValue(name, values, line.number)
        case "@equallength": equalLength = try truthValue(name, values, line.number)
        case "@dimensions", "@dimension": dimensions = try count(name, values, line.number)
        case "@serieslength": seriesLength = try count(name, values, line.number)
        case "@classlabel":
            hasLabels = try truthValue(name, values, line.number).value
            if hasLabels { classNames = try classes(Array(values.dropFirst()), line.number) }
        case "@targetlabel": try refuseTargets(name, values, line.number)
        // The name of the problem, and what others may add.
        default: break
        }
    }

    private func truthValue(_ name: String, _ values: [String], _ line: Int) throws -> Setting<Bool> {
        switch values.first?.lowercased() {
        case "true": return Setting(value: true, line: line)
        case "false": return Setting(value: false, line: line)
        default:
            throw FoveaError(
                .badData, "\(quoted(name)) is \(values.first.map(quoted) ?? "empty").", at: .line(line),
                remedy: "Write `true` or `false` after it.")
        }
    }

    private func count(_ name: String, _ values: [String], _ line: Int) throws -> Setting<Int> {
        guard let value = values.first.flatMap({ Int($0) }), value > 0 else {
            throw FoveaError(
                .badData, "\(quoted(name)) is \(values.first.map(quoted) ?? "empty").", at: .line(line),
                remedy: "Write a number of at least 1 after it.")
        }
        return Setting(value: value, line: line)
    }

    private func classes(_ names: [String], _ line: Int) throws -> [String] {
        if let repeated = names.enumerated().first(where: { names[..<$0].contains($1) }) {
            throw FoveaError(
                .badData, "`@classLabel` lists the class \(quoted(repeated.element)) twice.", at: .line(line),
                remedy: "List each class once.")
        }
        return names
    }

    /// Labels that are numbers to be predicted, not classes.
    private func refuseTargets(_ name: String, _ values: [String], _ line: Int) throws {
        guard try truthValue(name, values, line).value else { return }
        throw FoveaError(
            .badData, "`@targetLabel true`: the series have numbers as targets, not classes.", at: .line(line),
            remedy: "Use a set for classification; regression on series is not supported.")
    }

    /// The class of the header's list that a label names: the same text, else the same number, else the one that differs in case
    /// alone.
    ///
    /// - Throws: ``FoveaError`` at the line when the list has no such class.
    func className(_ label: String, line: Int) throws -> String {
        guard let classNames, !classNames.isEmpty, !classNames.contains(label) else { return label }
        func number(_ text: String) -> Double? { Array(text.utf8).decimalNumber(in: 0..<text.utf8.count) }
        if let value = number(label), let name = classNames.first(where: { number($0) == value }) { return name }
        let alike = classNames.filter { $0.lowercased() == label.lowercased() }
        guard alike.count == 1 else {
            let known = classNames.prefix(10).map(quoted).joined(separator: ", ")
            throw FoveaError(
                .badData,
                "The label \(quoted(label)) is none that `@classLabel` lists: \(known)"
                    + "\(classNames.count > 10 ? ", …" : "").", at: .line(line),
                remedy: "Add it to the header, or correct the line.")
        }
        return alike[0]
    }

    /// What the header says that the data do not.
    func contradictions(with table: SequenceTable, hasTimeStamps: Bool) -> [FoveaError] {
        let (shortest, longest) = (table.lengths.min() ?? 0, table.lengths.max() ?? 0)
        let lengths = shortest == longest ? "\(longest)" : "\(shortest) to \(longest)"
        var notes: [FoveaError] = []
        func note<Value: Equatable>(_ name: String, _ setting: Setting<Value>?, _ found: Value, _ fact: String) {
            guard let setting, setting.value != found else { return }
            notes.append(
                FoveaError(
                    .badData, "The header says `\(name) \(setting.value)`, but \(fact).", at: .file(table.path),
                    .line(setting.line), remedy: "The data count; correct the header."))
        }
        let channels = "the series have \(table.channels) channel\(table.channels == 1 ? "" : "s")"
        let isIncomplete = table.values.contains { $0.isNaN }
        note("@dimensions", dimensions, table.channels, channels)
        note("@univariate", univariate, table.channels == 1, channels)
        note("@equalLength", equalLength, shortest == longest, "the series have \(lengths) steps")
        note("@timeStamps", timeStamps, hasTimeStamps, "the values have \(hasTimeStamps ? "" : "no ")time stamps")
        note("@missing", missing, isIncomplete, "\(isIncomplete ? "values are" : "no value is") missing")
        if let seriesLength, seriesLength.value != shortest || shortest != longest {
            note("@seriesLength", seriesLength, -1, "the series have \(lengths) steps")
        }
        return notes
    }
}
