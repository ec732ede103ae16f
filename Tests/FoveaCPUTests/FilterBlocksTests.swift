import CFoveaCPU
import Testing

@testable import FoveaCPU

@Suite("Filters in blocks of 16 × 16")
struct FilterBlocksTests {
    private static let sizes = [
        [16, 16, 1, 1], [48, 32, 1, 1], [32, 48, 3, 3], [16, 64, 5, 5], [64, 16, 1, 3], [16, 16, 16, 8],
    ]
    private static let tags = [dnnl_ABcd16b16a, dnnl_ABcd16a16b, dnnl_BAcd16b16a, dnnl_BAcd16a16b]

    @Test("hold each number where oneDNN puts it, and give it back", arguments: sizes, 0..<tags.count)
    func places(dimensions: [Int], tag: Int) throws {
        let engine = try Engine(threads: 2)
        let (plain, layout) = (try Layout(plain: dimensions), try Layout(dimensions, tag: Self.tags[tag]))
        var blocks = try #require(layout.filterBlocks)
        var numbers = (0..<dimensions.reduce(1, *)).map(Float.init)
        var (blocked, expected, back) = (numbers, numbers, numbers)
        // Safe: all arrays are of the sizes that the functions are told.
        unsafe fovea_block_filters(&blocks, numbers, &blocked)
        unsafe fovea_unblock_filters(&blocks, blocked, &back)
        let descriptor = try unsafe PrimitiveDescriptor(for: "the test") { made in
            unsafe fovea_reorder(engine.context, plain.descriptor, layout.descriptor, made)
        }
        try unsafe numbers.withUnsafeMutableBytes { from in
            try unsafe expected.withUnsafeMutableBytes { to in
                try unsafe BoundPrimitive(
                    descriptor.primitive(for: "the test"),
                    [(.source, plain, from.baseAddress), (.destination, layout, to.baseAddress)], on: engine,
                    for: "the test"
                ).run()
            }
        }
        #expect(blocked == expected)
        #expect(back == numbers)
    }

    @Test("are told apart from other layouts")
    func layouts() throws {
        #expect(try Layout([32, 24, 3, 3], tag: dnnl_ABcd16b16a).filterBlocks == nil)
        #expect(try Layout([32, 16, 3, 3], tag: dnnl_aBcd16b).filterBlocks == nil)
        #expect(try Layout([32, 16, 13, 10], tag: dnnl_ABcd16b16a).filterBlocks == nil)
        #expect(try Layout(plain: [32, 16, 3, 3]).filterBlocks == nil)
    }
}
