import Foundation
import FoveaTestSupport

/// Writes files into a fresh folder `photos`, creating their folders; a path that ends in a slash is an empty folder.
func withFiles<Result>(_ files: [(path: String, bytes: [UInt8])], _ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { parent in
        for (path, bytes) in files {
            let url = URL(filePath: "\(parent)/photos/\(path)")
            let folder = path.hasSuffix("/") ? url : url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if !path.hasSuffix("/") { try Data(bytes).write(to: url) }
        }
        return try body("\(parent)/photos")
    }
}

/// A grey image of one row, told apart by its first pixel.
func greyPNG(_ value: UInt8) -> [UInt8] { png(width: 2, height: 1, colourType: 0, rows: [[value, 9]]) }
