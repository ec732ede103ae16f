import FoveaGraph
import Synchronization

@testable import FoveaData

/// Pictures in memory that count how many are decoded.
struct Pictures: ExampleSource, DigestedExampleSource {
    var images: [DecodedImage]
    var labels: [Int32]
    let decoded = Count()

    final class Count: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    var name: String { "pictures" }
    var count: Int { images.count }
    var classNames: [String] { (0..<10).map(String.init) }
    var knownLabels: [Int32]? { labels }
    var exampleTypes: [String: TensorType] { Example(image: images[0], label: 0).types }

    func example(at index: Int) -> Example {
        decoded.add()
        return Example(image: images[index], label: labels[index])
    }

    func digest(ofExample index: Int) -> ContentDigest? {
        let image = images[index]
        return ContentDigest(image.bytes, [image.channels, image.height, image.width])
    }
}

extension DecodedImage {
    /// Its columns in reverse.
    var reversed: DecodedImage {
        let rows = (0..<height).flatMap { row in Array(bytes)[row * width..<(row + 1) * width].reversed() }
        return DecodedImage(pixels: rows, channels: 1, height: height, width: width)
    }
}
