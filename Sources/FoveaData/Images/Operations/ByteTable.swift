/// The new value of each byte.
struct ByteTable {
    fileprivate let bytes: [UInt8]

    /// - Parameter byte: the new value of each of 0...255; what lies outside becomes 0 or 255.
    init(_ byte: (Int) -> Int) { bytes = (0..<256).map { UInt8(min(max(byte($0), 0), 255)) } }

    static let identity = ByteTable { $0 }
}

extension DecodedImage {
    /// The image with each byte replaced by its new value.
    func mapped(by table: ByteTable) -> DecodedImage { mapped(by: [ByteTable](repeating: table, count: channels)) }

    /// The image with each byte replaced by the new value that its channel's table has.
    func mapped(by tables: [ByteTable]) -> DecodedImage {
        precondition(tables.count == channels, "a table for each channel")
        let (count, channels) = (height * width, channels)
        let bytes = tables.flatMap(\.bytes)
        return unsafe bytes.withUnsafeBufferPointer { table in
            // Safe: a table has 256 bytes, and both images have as many pixels.
            unsafe rewritten { source, result in
                for channel in 0..<channels {
                    var index = channel
                    for _ in 0..<count {
                        unsafe result[index] = table[channel << 8 | Int(source[index])]
                        index += channels
                    }
                }
            }
        }
    }

    /// How often each byte occurs in each channel.
    var histograms: [[Int]] {
        let (count, channels) = (height * width, channels)
        return unsafe bytes.withUnsafeBufferPointer { source in
            (0..<channels).map { channel in
                // Equal bytes often follow each other: two counts for each, so that neighbours need not wait for each other.
                var counts = [Int](repeating: 0, count: 512)
                unsafe counts.withUnsafeMutableBufferPointer { counts in
                    for pixel in 0..<count {
                        // Safe: the index is below 512, and the image has as many pixels.
                        let byte = unsafe source[pixel * channels + channel]
                        unsafe counts[(pixel & 1) << 8 | Int(byte)] += 1
                    }
                }
                return (0..<256).map { counts[$0] + counts[256 + $0] }
            }
        }
    }

    /// An image of this size with other pixels.
    func withPixels(_ pixels: [UInt8]) -> DecodedImage {
        DecodedImage(pixels: pixels, channels: channels, height: height, width: width)
    }

    /// An image of this size whose bytes `write` makes of this one's, for loops that checks at every byte would slow down.
    ///
    /// - Parameter write: must write all bytes of the result; there are as many as in the source.
    @unsafe func rewritten(
        _ write: (_ source: UnsafePointer<UInt8>, _ result: UnsafeMutablePointer<UInt8>) -> Void
    ) -> DecodedImage {
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { result, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress, let result = result.baseAddress else { return }
                unsafe write(source, result)
            }
            count = bytes.count
        }
        return withPixels(pixels)
    }
}
