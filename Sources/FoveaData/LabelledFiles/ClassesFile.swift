import FoveaFoundation
import FoveaGraph

/// The names of classes in the order of their labels, from a file with one name a line.
public struct ClassesFile: Hashable, Sendable {
    public let names: [String]
    /// Where the names come from, for messages.
    private let source: String

    /// Names from elsewhere.
    ///
    /// - Parameter source: what has these classes: `the model`.
    package init(names: [String], source: String) { (self.names, self.source) = (names, source) }

    /// Reads a file: UTF-8, one name a line, the line ends those of any system. Empty lines at the end are ignored.
    ///
    /// - Throws: ``FoveaError`` that names the file and the line when it cannot be read, or a line is empty, is not UTF-8, has
    ///   spaces around the name, or repeats another.
    public init(path: String) throws {
        let bytes = try readFile(at: path, limit: 16 << 20)
        source = quoted(path)
        do {
            names = try Self.names(in: bytes)
        } catch let error as FoveaError {
            throw error.located(at: .file(path))
        }
    }

    private static func names(in bytes: [UInt8]) throws -> [String] {
        let text = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        var lineOfName: [String: Int] = [:]
        let names = try lines.enumerated().map { index, line in
            let number = index + 1
            guard let name = String(validating: line, as: UTF8.self) else {
                throw FoveaError(.badData, "The name is not UTF-8.", at: .line(number), remedy: "Save it as UTF-8.")
            }
            guard !name.isEmpty, name.trimmed == name else {
                throw FoveaError(
                    .badData, name.isEmpty ? "The line is empty." : "The name \(quoted(name)) has spaces around it.",
                    at: .line(number), remedy: "Give each line the name of one class.")
            }
            if let other = lineOfName.updateValue(number, forKey: name) {
                throw FoveaError(
                    .badData, "The class \(quoted(name)) is on line \(other) too.", at: .line(number),
                    remedy: "Name each class once.")
            }
            return name
        }
        guard names.count > 1 else {
            throw FoveaError(
                .badData, "There are \(names.count) names.",
                remedy: "A classifier needs at least two classes, one name a line.")
        }
        return names
    }

    /// The names, when they are those of the classes that were found.
    ///
    /// - Parameter foundAs: says in a message where a class was found.
    /// - Throws: ``FoveaError`` that names the classes that only one of them has.
    func ordering(_ found: [String], foundAs description: (String) -> String) throws -> [String] {
        let (known, there) = (Set(names), Set(found))
        if let unknown = found.first(where: { !known.contains($0) }) {
            throw FoveaError(
                .badData, "\(source) does not list the class of \(description(unknown)).",
                remedy: nearestName(to: unknown, among: names).map { "Did you mean \(quoted($0))?" }
                    ?? "Add its name, one class a line.")
        }
        let missing = names.filter { !there.contains($0) }
        guard missing.isEmpty else {
            throw FoveaError(
                .badData,
                "\(source) lists \(missing.prefix(10).map(quoted).joined(separator: ", "))"
                    + "\(missing.count > 10 ? " and \(missing.count - 10) more" : ""), of which the training part has no image.",
                remedy: "Remove the name, or add images of the class.")
        }
        return names
    }
}

/// The bytes that some programs put before UTF-8.
let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
