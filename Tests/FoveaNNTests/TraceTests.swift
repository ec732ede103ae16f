import FoveaGraph
import Testing

@testable import FoveaNN

@Suite("A trace")
struct TraceTests {
    @Test(
        "is freed with its graph when the network has been written down", arguments: [Trace.Mode.training, .inference])
    func freed(mode: Trace.Mode) throws {
        let network = Sequential {
            Conv2D(3, kernel: 3)
            BatchNorm2D()
            Dropout(0.5)
            Flatten()
            Dense(2)
        }
        weak var freed: Trace?
        do {
            let trace = try Trace(network, mode: mode)
            let result = try network(trace.input("images", .float32([2, 1, 5, 5])))
            trace.output("result", result)
            trace.keepStatistics()
            #expect(trace.value(ofParameter: "0.weight")?.shape == [3, 1, 3, 3])
            freed = trace
        }
        #expect(freed == nil)
    }
}
