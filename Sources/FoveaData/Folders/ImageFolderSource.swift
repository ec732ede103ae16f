import FoveaFoundation
import FoveaGraph

/// Labelled image files, decoded as sRGB when they are asked for.
public struct ImageFolderSource: EncodedExampleSource {
    struct File: Sendable {
        let path: String
        let label: Int32
        /// In bytes.
        let size: Int
    }

    public let name: String
    public let classNames: [String]
    /// `files:`, their number, and the CRC-32 of all paths below the folder, sizes and labels, in hexadecimal.
    public let identity: String?
    let files: [File]
    let limits: ImageLimits

    /// - Parameters:
    ///   - root: the folder that all files are in.
    ///   - limits: the largest image that is decoded.
    init(_ files: [File], classNames: [String], name: String, root: String, limits: ImageLimits) {
        var checksum = Checksum()
        let rootLength = root.systemBytes.count
        for file in files {
            checksum.update(with: file.path.systemBytes.dropFirst(rootLength))
            checksum.update(withLittleEndian: Int64(file.size))
            checksum.update(withLittleEndian: file.label)
        }
        self.files = files
        self.classNames = classNames
        self.name = name
        self.limits = limits
        identity = "files:\(files.count)-\(checksum)"
    }

    public var count: Int { files.count }

    public var knownLabels: [Int32]? { files.map(\.label) }

    /// The path and the class of each file.
    var labelledPaths: [(path: String, label: Int32)] { files.map { ($0.path, $0.label) } }

    /// - Throws: ``FoveaError`` that names the file and the reason when it cannot be decoded.
    public func example(at index: Int) throws -> Example {
        let file = files[index]
        return Example(image: try ImageFile.decode(path: file.path, channels: 3, limits: limits), label: file.label)
    }

    func encodedExample(at index: Int) throws -> (image: EncodedImage, label: Int32?)? {
        (try EncodedImage(path: files[index].path, channels: 3, limits: limits), files[index].label)
    }
}
