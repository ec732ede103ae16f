import FoveaFoundation
import FoveaGraph
import Synchronization

/// Decoded images that are kept in memory from the first time that they are wanted, up to a number of bytes.
///
/// What is kept is never given up for another image: an epoch visits every example once, so none is wanted sooner than
/// others. Images above a megapixel are not kept, because they are decoded at the scale that is wanted. Whether an image
/// was kept does not show in a batch.
public final class ImageCache: Sendable {
    /// The largest number of bytes of pixels that are kept.
    public let capacity: Int
    private let count = Mutex(0)

    /// - Parameter capacity: in bytes; 0 keeps nothing.
    public init(capacity: Int) { self.capacity = max(0, capacity) }

    /// The number of bytes of pixels that are kept now.
    public var byteCount: Int { count.withLock { $0 } }

    /// A source whose image files are decoded once, as far as they fit; the given one where its images are no files.
    public func caching(_ source: any ExampleSource) -> any ExampleSource {
        guard capacity > 0, let source = source as? any EncodedExampleSource else { return source }
        return CachedExampleSource(source, in: self)
    }

    /// Whether so many bytes more may be kept, which then count.
    fileprivate func reserve(_ byteCount: Int) -> Bool {
        count.withLock { count in
            guard byteCount <= capacity - count else { return false }
            count += byteCount
            return true
        }
    }

    /// Takes back what was reserved for an image that cannot be decoded.
    fileprivate func release(_ byteCount: Int) { count.withLock { $0 -= byteCount } }
}

/// A source with the images that a cache keeps of it.
private struct CachedExampleSource: EncodedExampleSource {
    /// The examples that are kept, by index, with the digests of their files.
    private final class Kept: Sendable {
        let examples = Mutex<[Int: (example: Example, digest: ContentDigest)]>([:])
    }

    private let whole: any EncodedExampleSource
    private let cache: ImageCache
    private let kept = Kept()

    init(_ whole: any EncodedExampleSource, in cache: ImageCache) { (self.whole, self.cache) = (whole, cache) }

    var name: String { whole.name }
    var count: Int { whole.count }
    var classNames: [String] { whole.classNames }
    var exampleTypes: [String: TensorType] { get throws { try whole.exampleTypes } }
    var knownLabels: [Int32]? { whole.knownLabels }
    var identity: String? { whole.identity }

    func example(at index: Int) throws -> Example {
        try kept.examples.withLock { $0[index]?.example } ?? whole.example(at: index)
    }

    /// Nil where the image is kept, perhaps from now on.
    func encodedExample(at index: Int) throws -> (image: EncodedImage, label: Int32?)? {
        if kept.examples.withLock({ $0[index] != nil }) { return nil }
        guard let encoded = try whole.encodedExample(at: index) else { return nil }
        let image = encoded.image
        guard image.height * image.width <= EncodedImage.largestWhole, cache.reserve(image.byteCount) else {
            return encoded
        }
        let example: Example
        do {
            example = Example(image: try image.decoded(), label: encoded.label)
        } catch {
            cache.release(image.byteCount)
            throw error
        }
        let digest = image.contentDigest
        kept.examples.withLock { $0[index] = (example, digest) }
        return nil
    }
}

extension CachedExampleSource: DigestedExampleSource {
    /// That of the file from which the image was decoded, if it is kept: the file may have changed since.
    func digest(ofExample index: Int) throws -> ContentDigest? {
        try kept.examples.withLock { $0[index]?.digest } ?? whole.contentDigest(at: index)
    }
}
