import FoveaGraph
import Testing

@Suite("Bytes in words")
struct ByteCountTextTests {
    @Test(
        "are in the unit that leaves one to three digits before the point",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (61_706, "61.7 kB"),
            (999_949, "999.9 kB"), (999_950, "1.0 MB"), (22_817_000_000, "22.8 GB"), (Int.max, "9.2 EB"),
        ])
    func text(byteCount: Int, expected: String) {
        #expect(byteCountText(byteCount) == expected)
    }
}
