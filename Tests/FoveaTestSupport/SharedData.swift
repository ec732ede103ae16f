public import Foundation

/// Optional data for tests: in the folder that the variable `FOVEA_DATA` names, or in `shared/data` beside the package.
public enum SharedData {
    public static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file or folder of the shared data; nil where there is none.
    public static func url(_ path: String) -> URL? {
        let root =
            ProcessInfo.processInfo.environment["FOVEA_DATA"].map { URL(filePath: $0) }
            ?? packageRoot.deletingLastPathComponent().appending(path: "shared/data")
        let url = root.appending(path: path)
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
}
