import FoveaFoundation

/// Rows of cells as aligned columns, for display: text to the left, columns named in `rightAligned` to the right.
package func textTable(header: [String], rows: [[String]], rightAligned: Set<Int> = []) -> String {
    // Names of files and classes may hold anything; a row is one line.
    let lines = ([header] + rows).map { $0.map(\.onOneLine) }
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { row in
        let cells = row.indices.map { column in
            let gap = String(repeating: " ", count: widths[column] - row[column].count)
            return rightAligned.contains(column) ? gap + row[column] : row[column] + gap
        }
        var line = cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }.joined(separator: "\n")
}
