import Foundation

/// The files of this package, as the tests find them.
enum PackageFolder {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The paths of the pages, from the package's root.
    static func pages() throws -> [String] {
        try ["", "docs/"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
                .filter { $0.hasSuffix(".md") }.sorted().map { folder + $0 }
        }
    }

    /// The text of every Swift and C file, by its path from the package's root.
    static func code() throws -> [String: String] {
        var files = ["Package.swift": try text("Package.swift")]
        for folder in ["Sources", "Tests", "Examples"] {
            for path in try codeFiles(in: folder) { files[path] = try text(path) }
        }
        return files
    }

    /// The names of the folders directly under `Sources`.
    static func sourceFolders() throws -> [String] {
        let contents = try FileManager.default.contentsOfDirectory(
            at: root.appending(path: "Sources"), includingPropertiesForKeys: [.isDirectoryKey])
        return try contents.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).filter { try !sourceFiles(of: $0).isEmpty }.sorted()
    }

    /// The paths of the Swift and C files of a target, from the package's root.
    static func sourceFiles(of target: String) throws -> [String] {
        try codeFiles(in: "Sources/\(target)")
    }

    private static func codeFiles(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { path in [".swift", ".c", ".h", ".cpp"].contains { path.hasSuffix($0) } }
            .sorted().map { "\(folder)/\($0)" }
    }
}
