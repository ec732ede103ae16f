import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Synchronization
import Testing

@testable import FoveaTraining

@Suite("The images that do not fill a batch")
struct LastBatchTests {
    /// Normalizes one value per image and channel, as ResNet-18 does at the end of small images.
    private let network = Sequential {
        Conv2D(4, kernel: 28)
        BatchNorm2D()
        Flatten()
        Dense(10)
    }

    private func data(_ count: Int) throws -> any ExampleSource {
        try Glyphs(seed: 5, trainingCount: 80, testCount: 10).splits().training.prefix(count)
    }

    private func fit(
        _ model: any Layer, _ dataset: any ExampleSource, _ plan: TrainingPlan
    ) async throws -> Fit {
        let backend = try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) { nil }
        let trainer = try await Trainer(
            model, input: [1, 28, 28], optimizer: SGD(learningRate: 0.01), device: Device(backend))
        return try trainer.fit(dataset, preprocessing: Preprocessing(fittedTo: dataset), plan: plan)
    }

    /// How many images each step of a training sees.
    private func steps(_ fit: Fit) async throws -> [Int] {
        var counts: [Int] = []
        for try await event in fit {
            if case .step(let report, _, _, let stepsPerEpoch) = event {
                counts.append(report.count)
                #expect(stepsPerEpoch == fit.stepsPerEpoch)
            }
        }
        return counts
    }

    @Test("are left out where the network cannot be trained on so few, which is known before the first step")
    func tooFew() async throws {
        let fit = try await fit(network, data(33), TrainingPlan(epochs: 2, batchSize: 16))
        guard case .leftOut(count: 1, let reason?) = fit.lastBatch else {
            Issue.record("\(fit.lastBatch)")
            return
        }
        #expect(reason.contains("`1` has one value per channel to take the variance of"))
        #expect(try await steps(fit) == [16, 16, 16, 16])
    }

    @Test("are a smaller batch where the network can be trained on them")
    func smaller() async throws {
        let fit = try await fit(network, data(34), TrainingPlan(epochs: 1, batchSize: 16))
        #expect(fit.lastBatch == .smaller(count: 2))
        #expect(try await steps(fit) == [16, 16, 2])
    }

    @Test("are left out when the plan says so")
    func dropLast() async throws {
        let fit = try await fit(network, data(34), TrainingPlan(epochs: 1, batchSize: 16, dropLast: true))
        #expect(fit.lastBatch == .leftOut(count: 2, reason: nil))
        #expect(try await steps(fit) == [16, 16])
    }

    @Test("do not exist where batches fit")
    func full() async throws {
        let fit = try await fit(network, data(32), TrainingPlan(epochs: 1, batchSize: 16, dropLast: true))
        #expect(fit.lastBatch == .full)
        #expect(try await steps(fit) == [16, 16])
    }

    @Test("a batch size that the network cannot be trained with is refused before the first step")
    func batchOfOne() async throws {
        let error = await #expect(throws: FoveaError.self) {
            _ = try await fit(network, data(32), TrainingPlan(epochs: 1, batchSize: 1))
        }
        #expect(error?.problem.contains("has one value per channel") == true)
        #expect(error?.remedy == "Train with a batch size above 1.")
    }

    @Test("a smaller batch that does not fit in memory beside the full one is refused before the first step")
    func memory() async throws {
        let model = LeNet5()
        let optimizer = SGD(learningRate: 0.01)
        /// What a step on so many images takes once others have been compiled.
        func need(_ batch: Int, after others: [Int]) async throws -> Int {
            let device = Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) { nil })
            let states = DeviceStates(on: device)
            let parameters = try InferenceGraph(model, input: [1, 1, 28, 28]).parameters
            try await states.write(Weights(initializing: parameters, seed: 42).namedTensors)
            func graph(_ batch: Int) throws -> Graph {
                try TrainingGraph(
                    model, loss: CrossEntropyLoss(), optimizer: optimizer, input: [batch, 1, 28, 28]
                ).graph
            }
            for other in others { _ = try await device.compile(graph(other), states: states) }
            return try #require(try await device.predictedByteCount(of: device.optimized(graph(batch)), states: states))
        }
        let (full, rest) = (try await need(16, after: []), try await need(15, after: [16]))
        #expect(rest < full, "the arena is shared")
        func steps(leaving left: Int) async throws -> Int {
            // The memory that is left, when it is asked for: before the full batch, and after it has been compiled.
            let answers = Mutex([full])
            let backend = try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)) {
                answers.withLock { $0.popLast() ?? left }
            }
            let trainer = try await Trainer(
                model, input: [1, 28, 28], optimizer: optimizer, device: Device(backend))
            let dataset = try data(31)
            let fit = try trainer.fit(
                dataset, preprocessing: Preprocessing(fittedTo: dataset), plan: TrainingPlan(epochs: 1, batchSize: 16))
            var steps = 0
            for try await event in fit { if case .step = event { steps += 1 } }
            return steps
        }
        #expect(try await steps(leaving: rest) == 2)
        let error = await #expect(throws: FoveaError.self) { _ = try await steps(leaving: rest - 1) }
        #expect(error?.problem.hasPrefix("Not enough memory: training on 15 images") == true)
    }

    @Test("and an evaluation take hardly more than the full batch alone")
    func sharedMemory() async throws {
        let device = Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
        let states = DeviceStates(on: device)
        let (model, loss) = (LeNet5(), CrossEntropyLoss())
        func step(_ batch: Int) throws -> Graph {
            try TrainingGraph(model, loss: loss, optimizer: Adam(), input: [batch, 1, 28, 28]).graph
        }
        func need(_ graph: Graph) async throws -> Int {
            try #require(try await device.predictedByteCount(of: device.optimized(graph), states: states))
        }
        // Weights, what the optimizer keeps of them, and one batch included.
        let bare = try await need(step(128))
        _ = try await device.compile(step(128), states: states)
        var more = 0
        for graph in [try step(96), try EvaluationGraph(model, loss: loss, input: [128, 1, 28, 28]).graph] {
            // Its inputs come in place of the full batch's.
            more += try await need(graph) - graph.inputs.reduce(0) { $0 + $1.type.byteCount }
            _ = try await device.compile(graph, states: states)
        }
        // Weights in the layouts of other kernels are all that each program has of its own.
        #expect(more * 20 <= bare, "\(more) of \(bare)")
    }

    @Test("and an evaluation beside a training takes as many examples at a time as need no more memory than the steps")
    func evaluationBesideSteps() async throws {
        let device = Device(try CPUBackend(threads: 2, kernels: KernelSelection(.fixed)))
        let network = TracedNetwork(LeNet5(), input: [1, 28, 28])
        let states = DeviceStates(on: device)
        let parameters = try network.parameters
        try await states.write(Weights(initializing: parameters, seed: 42).namedTensors)
        func size(besideTraining: Bool) async throws -> Int {
            try await EvaluationPrograms(
                network, Classification(), sharing: states, isBesideTraining: besideTraining
            ).batchSize(upTo: 4096, of: network.inputs)
        }
        _ = try await device.compile(
            TrainingGraph(LeNet5(), loss: CrossEntropyLoss(), optimizer: SGD(), input: [32, 1, 28, 28]).graph,
            states: states)
        #expect(try await size(besideTraining: false) == 4096, "as many as fit in memory")
        let count = try await size(besideTraining: true)
        #expect((1..<4096).contains(count))
        func growth(_ count: Int) async throws -> Int {
            let graph = try EvaluationGraph(
                network, objective: Classification(), batch: network.inputs.batched(count)
            ).graph
            let need = try #require(
                try await device.predictedByteCount(of: device.optimized(graph), states: states))
            return need - graph.inputs.reduce(0) { $0 + $1.type.byteCount }
        }
        #expect(try await growth(count) <= 0)
        #expect(try await growth(2 * count) > 0, "twice as many need more")
    }
}
