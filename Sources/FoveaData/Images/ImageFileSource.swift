/// Image files without labels, decoded on request.
public struct ImageFileSource: EncodedExampleSource {
    public let name: String
    public let paths: [String]
    /// 1 for luminance, 3 for sRGB.
    let channels: Int
    let limits: ImageLimits

    /// - Parameters:
    ///   - channels: 1 for luminance, 3 for sRGB.
    ///   - limits: the largest image that is decoded.
    public init(_ paths: [String], channels: Int, name: String = "files", limits: ImageLimits = .standard) {
        precondition(channels == 1 || channels == 3, "a decoded image has 1 or 3 channels")
        self.paths = paths
        self.channels = channels
        self.name = name
        self.limits = limits
    }

    public var count: Int { paths.count }

    /// - Throws: ``FoveaError`` that names the file and the reason when it cannot be decoded.
    public func example(at index: Int) throws -> Example {
        Example(image: try ImageFile.decode(path: paths[index], channels: channels, limits: limits))
    }

    func encodedExample(at index: Int) throws -> (image: EncodedImage, label: Int32?)? {
        (try EncodedImage(path: paths[index], channels: channels, limits: limits), nil)
    }
}
