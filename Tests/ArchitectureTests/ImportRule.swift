/// Which target may import which module: the seams table of ARCHITECTURE.md.
///
/// SwiftPM does not enforce this: an undeclared import of a target that happens to be built compiles.
struct ImportRule {
    /// For each target, the modules that its Swift files may import and the headers that its C files may include.
    let allowed: [String: Set<String>]

    struct Violation: Equatable, CustomStringConvertible {
        let file: String
        let line: Int
        let target: String
        let module: String

        var description: String { "\(file):\(line): \(target) must not import \(module)" }
    }

    /// - Returns: nil when the page has no seams table.
    init?(page: String) {
        guard let table = MarkdownTable(startingWith: "Target", in: page) else { return nil }
        let rows = table.rows.compactMap { cells in
            cells.first.flatMap { codeNames(in: $0).first }.map { ($0, Set(codeNames(in: cells.last ?? ""))) }
        }
        allowed = Dictionary(rows, uniquingKeysWith: { first, second in first.intersection(second) })
    }

    /// The imports of a file that its target's row does not allow.
    func violations(in source: String, file: String, of target: String) -> [Violation] {
        let permitted = allowed[target] ?? []
        let imports = file.hasSuffix(".swift") ? importedModules(in: source) : includedHeaders(in: source)
        return imports.filter { !permitted.contains($0.name) }
            .map { Violation(file: file, line: $0.line, target: target, module: $0.name) }
    }
}

/// The modules that Swift source imports, with line numbers: `import A`, `@testable public import A`,
/// `import struct A.B` and `import A.C` all import `A`.
func importedModules(in source: String) -> [(name: String, line: Int)] {
    let statement =
        /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|actor|enum|protocol|typealias|func|let|var)\s+)?`?(\w+)/
    return lines(of: source).flatMap { line, text in
        text.split(separator: ";").compactMap { part in
            part.firstMatch(of: statement).map { (name: String($0.1), line: line) }
        }
    }
}

/// The headers from outside its own folder that C source includes: those in angle brackets.
func includedHeaders(in source: String) -> [(name: String, line: Int)] {
    lines(of: source).compactMap { line, text in
        text.firstMatch(of: /^\s*#\s*(?:include|import)\s*<([^>]+)>/).map { (name: String($0.1), line: line) }
    }
}

private func lines(of source: String) -> [(number: Int, text: Substring)] {
    source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0.offset + 1, $0.element) }
}
