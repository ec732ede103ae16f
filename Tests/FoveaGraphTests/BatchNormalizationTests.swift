import FoveaGraph
import Testing

@Suite("Batch normalization")
struct BatchNormalizationTests {
    @Test("gives each channel mean 0 and variance 1, then scales and shifts it")
    func normalizes() throws {
        // Channel 0 holds 1, 3, 5, 7 (mean 4, variance 5), channel 1 holds 0, 0, 0, 8 (mean 2, variance 12).
        let x = try doubles([1, 3, 0, 0, 5, 7, 0, 8], [2, 2, 1, 2])
        let results = try evaluate(
            BatchNormalization(epsilon: 0), x, doubles([Double(5).squareRoot(), 1]), doubles([0, 10]))
        let low = 10 - 2 / Double(12).squareRoot()
        #expect(results[0].isClose(to: [-3, -1, low, low, 1, 3, low, 10 + 6 / Double(12).squareRoot()]))
        #expect(results[1].isClose(to: [4, 2]))
        #expect(results[2].isClose(to: [5, 12]))
    }

    @Test("in inference does the same with the statistics that training computed")
    func inferenceAgrees() throws {
        let x = try doubles((0..<24).map { Double($0 * $0 % 7) }, [4, 3, 2, 1])
        let (scale, bias) = (try doubles([1, 2, 3]), try doubles([0, 1, -1]))
        let trained = try evaluate(BatchNormalization(), x, scale, bias)
        let inferred = try evaluate(BatchNormalizationInference(), x, scale, bias, trained[1], trained[2])
        #expect(inferred[0].isClose(to: trained[0].doubles))
    }

    @Test("a loss on the statistics is refused")
    func lossOnStatistics() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([4, 2]))
        let parameter = try builder.input("p", .float32([2]))
        let results = try BatchNormalization().results(on: [x, parameter, parameter])
        for statistic in results[1...] {
            let loss = try ReduceSum(axes: [0]).applied(to: statistic)
            let error = #expect(throws: FoveaError.self) { try builder.gradients(of: loss, with: [x]) }
            #expect(error?.problem.contains("mean or the variance") == true)
        }
    }
}
