import FoveaData
import Testing

@Suite("Epoch order")
struct EpochOrderTests {
    @Test("each epoch has every index once, in an order of its own that comes again with the seed")
    func shuffled() {
        let order = EpochOrder(seed: 5)
        let first = order.indices(count: 1000, epoch: 0)
        #expect(first.sorted() == Array(0..<1000))
        #expect(first != Array(0..<1000))
        #expect(first == EpochOrder(seed: 5).indices(count: 1000, epoch: 0))
        #expect(first != order.indices(count: 1000, epoch: 1))
        #expect(first != EpochOrder(seed: 6).indices(count: 1000, epoch: 0))
    }

    @Test("without shuffling it is the data set's own order")
    func unshuffled() {
        #expect(EpochOrder(seed: 5, isShuffled: false).indices(count: 4, epoch: 3) == [0, 1, 2, 3])
    }

    @Test("every index is as likely at every place")
    func uniform() {
        var firsts = [Int](repeating: 0, count: 5)
        for epoch in 0..<5000 { firsts[EpochOrder(seed: 5).indices(count: 5, epoch: epoch)[0]] += 1 }
        // 1000 expected, with a deviation of 28: five deviations.
        #expect(firsts.allSatisfy { abs($0 - 1000) < 142 })
    }

    @Test("no image and one image have an order, too", arguments: [0, 1])
    func tiny(count: Int) {
        #expect(EpochOrder(seed: 5).indices(count: count, epoch: 0) == Array(0..<count))
    }
}
