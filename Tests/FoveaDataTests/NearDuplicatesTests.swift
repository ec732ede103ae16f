import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Near duplicates")
struct NearDuplicatesTests {
    @Test("are the same groups as comparing all with all finds")
    func exhaustive() {
        // Hashes around a few centres, at most six bits away from them, and many others.
        let generator = CounterBasedGenerator(seed: 1, purpose: "hashes")
        var words = generator.stream
        var hashes = (0..<300).map { _ in words.next() }
        for index in 0..<200 {
            var hash = hashes[Int(words.next() % 40)]
            for _ in 0..<Int(words.next() % 7) { hash ^= 1 << (words.next() % 64) }
            hashes.insert(hash, at: index)
        }
        let all = hashes.map(PerceptualHash.init(bits:))
        var expected = Array(all.indices)
        for first in all.indices {
            for second in first + 1..<all.count where all[first].distance(to: all[second]) <= 7 {
                let (low, high) = (min(expected[first], expected[second]), max(expected[first], expected[second]))
                for index in expected.indices where expected[index] == high { expected[index] = low }
            }
        }
        let groups = NearDuplicates.groups(of: all) { _, _ in true }
        #expect(groups.flatMap { $0 }.count > 150)
        #expect(
            groups
                == Dictionary(grouping: all.indices) { expected[$0] }.values.filter { $0.count > 1 }
                .sorted { $0[0] < $1[0] })
        #expect(groups.allSatisfy { $0 == $0.sorted() })
        #expect(NearDuplicates.groups(of: all) { _, _ in false }.isEmpty, "a group is confirmed by the pictures")
    }

    @Test("have near hashes when a picture is resized or brightened, and other pictures have far ones")
    func hashes() throws {
        func examined(_ image: DecodedImage) throws -> ExaminedPicture {
            try ExaminedPicture(image, content: nil, height: image.height, width: image.width)
        }
        for number in 0..<12 {
            let whole = try examined(pattern(number))
            let small = try examined(
                pattern(number).resampled(
                    Resampling(.init(top: 0, left: 0, height: 48, width: 64), height: 33, width: 40)))
            let bright = try examined(pattern(number, light: 12))
            #expect(whole.hash.distance(to: small.hash) <= 7 && whole.looksLike(small))
            #expect(whole.hash.distance(to: bright.hash) <= 7 && whole.looksLike(bright))
            let other = try examined(pattern(number + 1))
            #expect(whole.hash.distance(to: other.hash) > 7 || !whole.looksLike(other))
        }
    }
}
