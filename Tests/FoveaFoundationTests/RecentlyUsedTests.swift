import FoveaFoundation
import Testing

@Suite("The values that were used last")
struct RecentlyUsedTests {
    @Test("stay, and the one that was not used for longest goes")
    func eviction() {
        var kept = RecentlyUsed<String, Int>(capacity: 2)
        kept.insert(1, for: "a")
        kept.insert(2, for: "b")
        #expect(kept.value(for: "a") == 1)
        kept.insert(3, for: "c")
        #expect(kept.value(for: "b") == nil)
        #expect(kept.value(for: "a") == 1)
        #expect(kept.value(for: "c") == 3)
        kept.insert(4, for: "a")
        #expect(kept.count == 2)
        #expect(kept.value(for: "a") == 4)
    }
}
