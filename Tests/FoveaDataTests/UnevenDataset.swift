import FoveaData

/// 100 images: 60 of class `a`, 30 of `b`, 10 of `c`; each image's byte is its index.
func unevenDataset() throws -> Dataset {
    let labels = (0..<100).map { Int32($0 % 10 < 6 ? 0 : $0 % 10 < 9 ? 1 : 2) }
    return try Dataset(
        name: "uneven", classNames: ["a", "b", "c"], labels: labels, pixels: (0..<100).map { UInt8($0) },
        channels: 1, height: 1, width: 1)
}

/// The bytes of all images of a source.
func imageBytes(of part: any ExampleSource) throws -> [UInt8] {
    try (0..<part.count).flatMap { try part.example(at: $0).image?.pixels ?? [] }
}
