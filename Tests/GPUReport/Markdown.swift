import Foundation

/// Rows between bars.
func markdownTable(header: [String], _ rows: [[String]]) -> String {
    let lines = [header, header.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
}

extension Double {
    /// `1.2e-06`
    var scientific: String { String(format: "%.1e", self) }
}
