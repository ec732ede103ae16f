/// A table of a Markdown page: the cells below its header, found by the header's first cell.
struct MarkdownTable {
    let rows: [[String]]

    /// - Returns: nil when the page has no table whose header starts with this cell.
    init?(startingWith firstHeader: String, in page: String) {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(Self.cells)
        guard let header = lines.firstIndex(where: { $0.first == firstHeader }) else { return nil }
        // The line under the header only draws the rule.
        rows = Array(lines.dropFirst(header + 2).prefix { !$0.isEmpty })
    }

    /// The cells of a line; none when the line is not part of a table.
    private static func cells(_ line: Substring) -> [String] {
        guard line.hasPrefix("|") else { return [] }
        return line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { cell in
            String(cell.drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
        }
    }
}

/// The names that a cell sets in `code`.
func codeNames(in cell: String) -> [String] {
    cell.matches(of: /`([^`\n]+)`/).map { String($0.1) }
}
