import FoveaData
import FoveaGraph

/// Examples by a formula, with faults where a test wants them.
struct GeneratedSource: ExampleSource {
    struct Fault: Error, CustomStringConvertible {
        let description = "the disk is gone"
    }

    var name = "generated"
    var count: Int
    var identity: String?
    let classNames = ["other", "third"]
    /// The extents of an image; every pixel is the example's index.
    var extents = [1, 1, 1]
    private var broken: Set<Int> = []
    private var larger: Set<Int> = []
    private var unlabelled: Set<Int> = []

    init(name: String = "generated", count: Int, identity: String? = nil) {
        self.name = name
        self.count = count
        self.identity = identity
    }

    func breaking(at indices: Set<Int>) -> Self {
        var source = self
        source.broken = indices
        return source
    }

    /// These images have a row more.
    func growing(at indices: Set<Int>) -> Self {
        var source = self
        source.larger = indices
        return source
    }

    func without(labels indices: Set<Int>) -> Self {
        var source = self
        source.unlabelled = indices
        return source
    }

    func example(at index: Int) throws -> Example {
        if broken.contains(index) { throw Fault() }
        let height = extents[1] + (larger.contains(index) ? 1 : 0)
        let pixels = [UInt8](
            repeating: UInt8(truncatingIfNeeded: index), count: extents[0] * height * extents[2])
        return Example(
            image: try DecodedImage(channels: extents[0], height: height, width: extents[2], pixels: pixels),
            label: unlabelled.contains(index) ? nil : index % 3 == 0 ? 1 : 0)
    }
}
