/// Rows of cells as aligned columns, for people: text to the left, columns named in `rightAligned` to the right.
package func textTable(header: [String], rows: [[String]], rightAligned: Set<Int> = []) -> String {
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    return ([header] + rows).map { row in
        let cells = row.indices.map { column in
            let gap = String(repeating: " ", count: widths[column] - row[column].count)
            return rightAligned.contains(column) ? gap + row[column] : row[column] + gap
        }
        var line = cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }.joined(separator: "\n")
}
