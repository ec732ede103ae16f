import FoveaNN
import Testing

@Suite("Patterns for the paths of parameters")
struct PathPatternTests {
    @Test(
        "mean the path, what lies below it, and what stars and question marks stand for",
        arguments: [
            ("layer1", "layer1.0.conv1.weight", true), ("layer1", "layer1", true), ("layer1", "layer10.weight", false),
            ("layer", "layer1.0.weight", false), ("layer?", "layer1.0.weight", true), ("*.bias", "fc.bias", true),
            ("*.bias", "layer1.0.conv1.bias", true), ("*.bias", "bias", false), ("*", "fc.weight", true),
            ("layer1.*.weight", "layer1.0.conv1.weight", true), ("layer1.*.weight", "layer1.weight", false),
            ("*bn?", "layer1.0.bn2.running_mean", true), ("", "fc.weight", false), ("?", "a.weight", true),
            ("fc.weight.more", "fc.weight", false),
        ])
    func matching(pattern: String, path: String, isMeant: Bool) {
        #expect(PathPattern(pattern).matches(path) == isMeant)
    }

    @Test("many stars on a long path end")
    func hostile() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(!PathPattern(pattern).matches(String(repeating: "a", count: 5000)))
    }
}
