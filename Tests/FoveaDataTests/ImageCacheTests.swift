import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Cache of images")
struct ImageCacheTests {
    /// Writes three images of 4×5 and reads them through a cache that has room for so many bytes.
    private func withSource(
        capacity: Int, _ body: (_ source: any ExampleSource, _ cache: ImageCache, _ paths: [String]) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let paths = try (0..<3).map { number in
                let path = "\(folder)/\(number).png"
                let rows = (0..<4).map { row in (0..<15).map { UInt8(40 * number + 10 * row + $0) } }
                try Data(png(width: 5, height: 4, colourType: 2, rows: rows)).write(to: URL(filePath: path))
                return path
            }
            let cache = ImageCache(capacity: capacity)
            try body(cache.caching(ImageFileSource(paths, channels: 3)), cache, paths)
        }
    }

    private func batch(_ source: any ExampleSource) throws -> Tensor {
        try source.batch([0, 1, 2], transforms: [Resize(height: 2, width: 3)]).images
    }

    @Test("keeps what fits, and reads those files no more; a batch is the same with and without it")
    func keeps() throws {
        var batches: [Tensor] = []
        for (capacity, kept) in [(0, 0), (60, 1), (179, 2), (1000, 3)] {
            try withSource(capacity: capacity) { source, cache, paths in
                batches.append(try batch(source))
                #expect(cache.byteCount == kept * 60)
                try Data("changed".utf8).write(to: URL(filePath: paths[0]))
                guard kept > 0 else {
                    #expect(throws: FoveaError.self) { try batch(source) }
                    return
                }
                #expect(try batch(source).doubles == batches[0].doubles)
                try Data("changed".utf8).write(to: URL(filePath: paths[2]))
                if kept == 3 {
                    #expect(try batch(source).doubles == batches[0].doubles)
                } else {
                    let error = #expect(throws: FoveaError.self) { try batch(source) }
                    #expect(error?.problem.contains("2.png") == true)
                }
            }
        }
        #expect(Set(batches.map(\.doubles)).count == 1)
    }

    @Test("gives the error of an image that is damaged, each time, and keeps no room for it")
    func damaged() throws {
        try withSource(capacity: 1000) { source, cache, paths in
            // The header is sound.
            let bytes = try Data(contentsOf: URL(filePath: paths[1]))
            try bytes.dropLast(bytes.count / 3).write(to: URL(filePath: paths[1]))
            for _ in 0..<2 {
                let error = #expect(throws: FoveaError.self) { try batch(source) }
                #expect(error?.problem.contains("1.png") == true)
                #expect(cache.byteCount == 60, "the first image alone")
            }
        }
    }

    @Test("leaves sources alone whose images are no files")
    func otherSources() throws {
        let source = GeneratedSource(count: 3)
        #expect(ImageCache(capacity: 1000).caching(source) is GeneratedSource)
    }
}
