import Foundation

/// The files of this package, as the tests find them.
enum PackageFolder {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
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
        let folder = "Sources/\(target)"
        return try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { path in [".swift", ".c", ".h", ".cpp"].contains { path.hasSuffix($0) } }
            .sorted().map { "\(folder)/\($0)" }
    }
}
