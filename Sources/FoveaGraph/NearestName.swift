/// The known name that is closest to a mistyped one, or nil when none is close (edit distance over a third of its length,
/// at least 2).
package func nearestName(to typed: String, among names: [String]) -> String? {
    let candidates = names.map { (name: $0, distance: editDistance(Array(typed.lowercased()), Array($0.lowercased()))) }
    guard let nearest = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return nearest.distance <= max(2, nearest.name.count / 3) ? nearest.name : nil
}

/// The number of insertions, deletions and replacements that turn one text into the other (Levenshtein, 1966).
private func editDistance(_ first: [Character], _ second: [Character]) -> Int {
    // A mistyped name is short; a longer text is not close to any name.
    guard first.count <= 100 else { return .max }
    var previous = Array(0...second.count)
    for (row, character) in first.enumerated() {
        var current = [row + 1]
        for (column, other) in second.enumerated() {
            current.append(
                min(previous[column + 1] + 1, current[column] + 1, previous[column] + (character == other ? 0 : 1)))
        }
        previous = current
    }
    return previous[second.count]
}
