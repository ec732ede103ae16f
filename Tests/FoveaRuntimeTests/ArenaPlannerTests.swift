import FoveaGraph
import Testing

import FoveaRuntime

@Suite("The arena planner")
struct ArenaPlannerTests {
    @Test("never lets two buffers overlap that are needed at the same time", arguments: 0..<200)
    func noOverlap(seed: UInt64) {
        var random = CounterBasedGenerator(seed: seed, purpose: "arena").stream
        let requests = (0..<Int.random(in: 0...60, using: &random)).map { _ in
            let first = Int.random(in: -1...40, using: &random)
            return ArenaPlanner.Request(
                byteCount: Bool.random(using: &random) ? 0 : Int.random(in: 0...5000, using: &random),
                lifetime: first...(first + Int.random(in: 0...20, using: &random)))
        }
        let plan = ArenaPlanner(requests, alignment: 64)
        #expect(plan.offsets.count == requests.count)
        for (index, request) in requests.enumerated() {
            #expect(plan.offsets[index].isMultiple(of: 64))
            #expect(plan.offsets[index] + request.byteCount <= plan.byteCount)
            for other in 0..<index where requests[other].lifetime.overlaps(request.lifetime) {
                let separate =
                    plan.offsets[other] + requests[other].byteCount <= plan.offsets[index]
                    || plan.offsets[index] + request.byteCount <= plan.offsets[other]
                #expect(separate || request.byteCount == 0 || requests[other].byteCount == 0)
            }
        }
    }

    @Test("gives a chain of equal tensors the memory of two")
    func chain() {
        let requests = (0..<10).map { ArenaPlanner.Request(byteCount: 640, lifetime: $0...($0 + 1)) }
        #expect(ArenaPlanner(requests, alignment: 64).byteCount == 1280)
    }

    @Test("puts a small tensor into the gap that fits best")
    func bestFit() {
        let requests = [
            ArenaPlanner.Request(byteCount: 1024, lifetime: 0...1), .init(byteCount: 896, lifetime: 0...9),
            .init(byteCount: 256, lifetime: 0...1), .init(byteCount: 192, lifetime: 0...9),
            .init(byteCount: 128, lifetime: 5...6),
        ]
        let plan = ArenaPlanner(requests, alignment: 64)
        #expect(plan.offsets[4] == plan.offsets[2])
    }
}
