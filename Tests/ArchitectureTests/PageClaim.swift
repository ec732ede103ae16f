/// What a page says about the code: that a symbol is in a file, or in a file of a folder.
///
/// A page says so in three ways: "`Symbol` (`Sources/…/File.swift`", "`Symbol` in `Sources/…/File.swift`", and with a list's
/// item that begins with "`Sources/…/File.swift`:" and then names symbols.
struct PageClaim: Hashable, CustomStringConvertible {
    /// As the page writes it: `Device.series`, `gradients(of:with:)`.
    let symbol: String
    /// A file or folder, from the package's root.
    let path: String

    var description: String { "`\(symbol)` is not in `\(path)`" }

    static func all(in page: String) -> [PageClaim] {
        let text = prose(of: page)
        let beside = text.matches(of: /`([A-Za-z_][\w.]*(?:\([^`\n]*\))?)`\s+(?:\(|in\s+)`(\w+\/[^`\s]+)`/)
            .map { PageClaim(symbol: String($0.1), path: String($0.2)) }
        let items = text.split(separator: /\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)/)
        let below = items.flatMap { item -> [PageClaim] in
            guard let start = item.prefixMatch(of: /\s*(?:[-*]|\d+\.)\s+`(\w+\/[^`\s]+)`:/) else { return [] }
            return symbols(in: item[start.range.upperBound...]).map { PageClaim(symbol: $0, path: String(start.1)) }
        }
        return beside + below
    }

    /// Whether it is true of these files, by path.
    ///
    /// Swift has to declare the symbol, and C to use it: a word in a comment is none.
    func holds(in files: [String: String]) -> Bool {
        let names = symbol.prefix { $0 != "(" }.split(separator: ".")
        return files.contains { file, text in
            guard file == path || file.hasPrefix("\(path)/"), let last = names.last else { return false }
            let words = words(of: text)
            guard names.dropLast().allSatisfy(words.contains) else { return false }
            return file.hasSuffix(".swift") ? declares(last, words) : words.contains(last)
        }
    }
}

/// The names of types and of what belongs to them that a page sets in `code`, wherever they may be declared.
func typeNames(in page: String) -> Set<String> {
    Set(
        symbols(in: prose(of: page)[...]).filter { $0.contains(/^[A-Z]\w*[a-z]/) && !$0.contains(/\.(swift|c|h)$/) }
            .map { String($0.prefix { $0 != "(" }) })
}

/// A page without its blocks of code.
private func prose(of page: String) -> String { page.replacing(/```[\s\S]*?```/, with: "") }

private func symbols(in text: Substring) -> [String] {
    text.matches(of: /`([A-Za-z_][\w.]*(?:\([^`\n]*\))?)`/).map { String($0.1) }
}

/// The words of source, without those of comments that take whole lines.
func words(of source: String) -> [Substring] {
    source.split(separator: "\n").filter { !$0.contains(/^\s*(\/\/|\*|\/\*)/) }
        .flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } }
}

private func declares(_ name: Substring, _ words: [Substring]) -> Bool {
    let keywords: Set<Substring> = [
        "struct", "class", "enum", "protocol", "actor", "extension", "typealias", "func", "var", "let", "case",
    ]
    return zip(words, words.dropFirst()).contains { keywords.contains($0) && $1 == name }
}
