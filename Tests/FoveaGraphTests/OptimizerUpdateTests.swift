import FoveaGraph
import Testing

@Suite("The optimizers' updates")
struct OptimizerUpdateTests {
    @Test("SGD: three steps with momentum and weight decay, by hand")
    func momentum() throws {
        let update = SGDUpdate(momentum: 0.5, weightDecay: 0.1)
        // v = 0.5·v + (1 + 0.1·p), p = p − 0.1·v from p = 1, v = 0.
        var (parameter, velocity) = (try doubles([1]), try doubles([0]))
        var expected = (parameter: 1.0, velocity: 0.0)
        for step in 0..<3 {
            let results = try evaluate(update, parameter, doubles([1]), doubles([0.1], []), velocity)
            (parameter, velocity) = (results[0], results[1])
            expected.velocity = 0.5 * expected.velocity + 1 + 0.1 * expected.parameter
            expected.parameter -= 0.1 * expected.velocity
            #expect(parameter.isClose(to: [expected.parameter]), "step \(step)")
        }
        #expect(parameter.isClose(to: [0.536889], within: 1e-12), "\(parameter)")
    }

    @Test("SGD without momentum follows the gradient; Nesterov looks one step ahead")
    func plainAndNesterov() throws {
        let (parameter, gradient, rate) = (try doubles([1]), try doubles([2]), try doubles([0.1], []))
        #expect(try evaluate(SGDUpdate(), parameter, gradient, rate)[0].isClose(to: [0.8]))
        let results = try evaluate(SGDUpdate(momentum: 0.9, nesterov: true), parameter, gradient, rate, doubles([1]))
        // v′ = 0.9 + 2 = 2.9, p′ = 1 − 0.1·(2 + 0.9·2.9).
        #expect(results[1].isClose(to: [2.9]))
        #expect(results[0].isClose(to: [0.539]))
    }

    @Test(
        "Adam's first step has the length of the learning rate, whatever the gradient's size",
        arguments: [1e-3, 1, 1e3])
    func firstStep(gradient: Double) throws {
        let results = try evaluate(
            AdamUpdate(epsilon: 0), doubles([1, 1]), doubles([gradient, -gradient]), doubles([0.01], []),
            doubles([1], []), doubles([0, 0]), doubles([0, 0]))
        #expect(results[0].isClose(to: [0.99, 1.01]))
        #expect(results[1].isClose(to: [0.1 * gradient, -0.1 * gradient]))
        #expect(results[2].isClose(to: [0.001 * gradient * gradient, 0.001 * gradient * gradient], within: 1e-6))
    }

    @Test("Adam's second step with another gradient, by hand")
    func secondStep() throws {
        // m = 0.9·0.1 + 0.1·3 = 0.39, v = 0.999·0.001 + 0.001·9 = 0.009999,
        // m̂ = 0.39/0.19, v̂ = 0.009999/0.001999.
        let results = try evaluate(
            AdamUpdate(), doubles([1]), doubles([3]), doubles([0.1], []), doubles([2], []), doubles([0.1]),
            doubles([0.001]))
        let expected = 1 - 0.1 * (0.39 / 0.19) / ((0.009999 / 0.001999).squareRoot() + 1e-8)
        #expect(results[0].isClose(to: [expected], within: 1e-12))
    }

    @Test("weight decay joins the gradient in Adam and shrinks the parameter in AdamW")
    func weightDecay() throws {
        func step(_ update: AdamUpdate) throws -> Tensor {
            try evaluate(
                update, doubles([2]), doubles([0]), doubles([0.1], []), doubles([1], []), doubles([0]), doubles([0]))[0]
        }
        // In Adam the decay is the whole gradient, and a first step has the length of the learning rate; in AdamW the
        // parameter loses 0.1 · 0.25 of itself.
        #expect(try step(AdamUpdate(epsilon: 0, weightDecay: 0.25)).isClose(to: [1.9]))
        #expect(try step(AdamUpdate(weightDecay: 0.25, decoupledWeightDecay: true)).isClose(to: [1.95]))
    }

    @Test("an update has no gradient, and says so")
    func noGradient() throws {
        let builder = GraphBuilder()
        let parameter = try builder.input("p", .float32([]))
        let updated = try SGDUpdate().applied(to: parameter, parameter, parameter)
        let error = #expect(throws: FoveaError.self) { try builder.gradients(of: updated, with: [parameter]) }
        #expect(error?.problem.contains("SGDUpdate has no gradient") == true)
    }
}
