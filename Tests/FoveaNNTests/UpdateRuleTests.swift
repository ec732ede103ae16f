import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@Suite("Rules for how a step updates parameters")
struct UpdateRuleTests {
    private struct Network: Layer {
        let conv1 = Conv2D(3, kernel: 3, padding: 1)
        let bn1 = BatchNorm2D()
        let conv2 = Conv2D(4, kernel: 3, padding: 1)
        let bn2 = BatchNorm2D()
        let fc = Dense(3)

        func callAsFunction(_ input: Value) throws -> Value {
            let body = try ReLU()(bn1(conv1(input)))
            return try fc(Flatten()(ReLU()(bn2(conv2(body)))))
        }
    }

    private func training(_ rule: UpdateRule, _ phase: AccumulationPhase = .only) throws -> TrainingGraph {
        try TrainingGraph(
            TracedNetwork(Network(), input: [1, 4, 4]), objective: Classification(CrossEntropyLoss()), rule: rule,
            phase: phase, batch: [GraphName.images: .float32([4, 1, 4, 4])])
    }

    private func problem(_ rule: UpdateRule) throws -> String {
        try #require(throws: FoveaError.self) { try training(rule) }.description
    }

    @Test("groups update with their own optimizer, learning rate and weight decay")
    func groups() throws {
        let rule = UpdateRule(
            SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01),
            groups: [
                ParameterGroup("fc", optimizer: Adam(learningRate: 0.002)),
                ParameterGroup("*.bias", "bn1.weight", "bn2.weight", weightDecay: 0),
                ParameterGroup("conv1.weight", learningRateFactor: 0.1),
            ])
        #expect(try problem(rule).contains("The groups `fc` and `*.bias, bn1.weight, bn2.weight` both claim"))
        #expect(try problem(rule).contains("`fc.bias`"))
        let sound = UpdateRule(
            rule.optimizer, groups: [ParameterGroup("fc", optimizer: Adam(learningRate: 0.002)), rule.groups[2]])
        let graph = try training(sound)
        #expect(graph.learningRates.map(\.rate).sorted() == [0.002, 0.1 * 0.1, 0.1])
        #expect(Set(graph.learningRates.map(\.name)).count == 3)
        let base = graph.learningRates.first { $0.rate == 0.1 }
        #expect(base?.name == GraphName.learningRate)
        #expect(
            graph.slots.map(\.name).filter { $0.contains("fc") } == [
                "exp_avg/fc.weight", "exp_avg_sq/fc.weight", "exp_avg/fc.bias", "exp_avg_sq/fc.bias",
            ])
        #expect(graph.slots.contains { $0.name == "momentum_buffer/conv1.weight" })
    }

    @Test("nothing below the lowest parameter that is trained is differentiated, and frozen statistics stay")
    func frozen() throws {
        let traced = try training(UpdateRule(SGD(), groups: [.frozen("conv1", "bn1")])).graph
        let graph = RemoveDeadNodes().run(on: traced)
        let names = graph.nodes.map { "\($0.location.path) \(type(of: $0.operation).name)" }
        #expect(names.contains("bn1 BatchNormalizationInference"))
        #expect(names.contains("bn2 BatchNormalization"))
        #expect(names.contains("conv2 ConvolutionFilterGradient"))
        #expect(!names.contains("conv2 ConvolutionInputGradient"))
        #expect(!names.contains { $0.hasPrefix("conv1") && $0.contains("Gradient") })
        #expect(!graph.updates.contains { $0.state.hasPrefix("conv1") || $0.state.hasPrefix("bn1") })
        #expect(graph.updates.contains { $0.state == "bn2.running_mean" })
    }

    @Test("only steps that complete the mean of the gradients update parameters", arguments: AccumulationPhase.allCases)
    func phases(phase: AccumulationPhase) throws {
        let rule = UpdateRule(SGD(), clipNorm: 1, batchesPerUpdate: 3, averaging: WeightAveraging())
        let graph = try training(rule, phase).graph
        try graph.verify()
        let updated = Set(graph.updates.map(\.state))
        #expect(updated.contains("fc.weight") == phase.updatesParameters)
        #expect(updated.contains("average/fc.weight") == phase.updatesParameters)
        #expect(updated.contains("gradient_sum/fc.weight") == (phase == .first || phase == .middle))
        #expect(graph.outputs.contains { $0.name == GraphName.gradientNorm } == phase.updatesParameters)
        #expect(updated.contains("bn1.running_mean"))
    }

    @Test("batches of an update: the first begins, the last completes")
    func order() {
        #expect((0..<3).map { AccumulationPhase(batch: $0, of: 3) } == [.first, .middle, .last])
        #expect((0..<2).map { AccumulationPhase(batch: $0, of: 2) } == [.first, .last])
        #expect(AccumulationPhase(batch: 0, of: 1) == .only)
    }

    @Test("a pattern that means nothing suggests the nearest paths")
    func nearest() throws {
        let text = try problem(UpdateRule(SGD(), groups: [.frozen("conv3")]))
        #expect(text.contains("The pattern `conv3` matches no parameter of the network."))
        #expect(text.contains("Did you mean `conv1` or `conv2`"))
        let far = try problem(UpdateRule(SGD(), groups: [.frozen("something.else")]))
        #expect(far.contains("Use a path as `fovea summary` shows it"))
    }

    @Test("settings that make no sense are refused in words")
    func nonsense() throws {
        let all = try problem(UpdateRule(SGD(), groups: [.frozen("*")]))
        #expect(all.contains("All parameters of the network are frozen; there is nothing to train."))
        #expect(try problem(UpdateRule(SGD(), clipNorm: 0)).contains("The norm that gradients are clipped to is 0"))
        #expect(
            try problem(UpdateRule(SGD(), clipNorm: .nan)).contains("The norm that gradients are clipped to is nan"))
        #expect(try problem(UpdateRule(SGD(), batchesPerUpdate: 0)).contains("An update of 0 batches"))
        #expect(
            try problem(UpdateRule(SGD(), averaging: WeightAveraging(decay: 1)))
                .contains("The decay of the averaged weights is 1"))
        #expect(
            try problem(UpdateRule(SGD(), groups: [ParameterGroup("fc", learningRateFactor: -1)]))
                .contains("The learning-rate factor of the group `fc` is -1"))
        #expect(
            try problem(UpdateRule(SGD(), groups: [ParameterGroup("fc", weightDecay: .infinity)]))
                .contains("The weight decay of the group `fc` is inf"))
        #expect(
            try problem(UpdateRule(SGD(), groups: [ParameterGroup("fc", optimizer: SGD(momentum: 2))]))
                .contains("The momentum is 2"))
    }

    @Test("the decay of averages warms up if asked, and the first update copies")
    func averages() {
        let warm = WeightAveraging(decay: 0.9, warmsUp: true)
        #expect(warm.rate(ofUpdate: 1) == 1)
        #expect(abs(warm.rate(ofUpdate: 2) - (1 - 2.0 / 11)) < 1e-15)
        #expect(abs(warm.rate(ofUpdate: 1000) - 0.1) < 1e-15)
        let plain = WeightAveraging(decay: 0.9)
        #expect(plain.rate(ofUpdate: 1) == 1)
        #expect(abs(plain.rate(ofUpdate: 2) - 0.1) < 1e-15)
    }
}
