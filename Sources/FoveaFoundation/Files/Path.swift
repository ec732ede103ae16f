// Parts of paths. A slash is a byte: as a `Character` it would hide where the next name begins with a combining mark.

/// The folder that something at `path` is in.
package func parentFolder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The path of a name in a folder.
package func path(of name: String, in folder: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
}

extension String {
    /// The path without slashes at its end; the root is unchanged.
    package var withoutTrailingSlashes: String {
        var path = self[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") {
            path = path.prefix(upTo: path.utf8.index(before: path.endIndex))
        }
        return String(path)
    }

    /// The names along a path.
    package var pathComponents: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    /// The extension of a name, with English letters in lower case: `png` of `a.b.PNG`. Empty where there is none.
    package var fileExtension: String {
        let name = pathComponents.last ?? ""
        guard let point = name.utf8.lastIndex(of: UInt8(ascii: ".")), point > name.startIndex else { return "" }
        return String(name[name.utf8.index(after: point)...]).lowercased()
    }
}

/// The name of the folder that a path leads to, without following links: `mnist` for `data/./mnist/`, and for `.` in there.
package func folderName(_ path: String) -> String {
    absoluteNames(path).last ?? "/"
}

/// The path from a folder to something below it, without following links; nil where it is not below.
package func path(of path: String, relativeTo folder: String) -> String? {
    let (names, parents) = (absoluteNames(path), absoluteNames(folder))
    guard names.count > parents.count, names.starts(with: parents) else { return nil }
    return names.dropFirst(parents.count).joined(separator: "/")
}

/// Whether two paths lead to the same name in the same folder, without following links: `./a.png` and `a.png`.
package func areSamePath(_ first: String, _ second: String) -> Bool {
    first == second
        || (first.pathComponents.last == second.pathComponents.last && absoluteNames(first) == absoluteNames(second))
}

/// The names from the root to a path, without following links.
private func absoluteNames(_ path: String) -> [String] {
    let start = path.utf8.first == UInt8(ascii: "/") ? "" : currentFolder() ?? ""
    var names: [String] = []
    for name in "\(start)/\(path)".pathComponents where name != "." {
        if name == ".." { _ = names.popLast() } else { names.append(name) }
    }
    return names
}

/// The folder that relative paths start from; nil where that folder is gone.
private func currentFolder() -> String? {
    // Safe: the system allocates the string, which is copied and freed here.
    guard let folder = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(folder) }
    return unsafe String(systemName: folder)
}
