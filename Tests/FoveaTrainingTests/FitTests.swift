import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("Training")
struct FitTests {
    private let digits: DataSplits
    private let preprocessing: Preprocessing

    init() throws {
        digits = try Glyphs(seed: 5, trainingCount: 300, testCount: 100).splits()
        preprocessing = try Preprocessing(fittedTo: digits.training)
    }

    private func trainer(_ model: any Layer, _ optimizer: any Optimizer, seed: UInt64 = 1) async throws -> Trainer {
        try await Trainer(
            model, input: [1, 28, 28], optimizer: optimizer,
            device: ComputeDevice.cpu.open(BackendOptions(threads: 2, kernels: .fixed)), seed: seed)
    }

    private func train(seed: UInt64) async throws -> (metrics: [EpochMetrics], weights: Weights) {
        let trainer = try await trainer(SmallCNN(dropout: 0.3), Adam(), seed: seed)
        let plan = TrainingPlan(epochs: 2, batchSize: 32, schedule: .oneCycle, seed: seed)
        var metrics: [EpochMetrics] = []
        for try await event in try trainer.fit(
            digits.training, validation: digits.test, preprocessing: preprocessing, plan: plan)
        {
            if case .epoch(let epoch) = event { metrics.append(epoch) }
        }
        return (metrics, try await trainer.weights())
    }

    @Test("the same seed and thread count give the same weights, bit for bit; another seed gives others")
    func deterministic() async throws {
        let (first, second, other) = (try await train(seed: 1), try await train(seed: 1), try await train(seed: 2))
        #expect(first.weights.tensors == second.weights.tensors)
        #expect(first.metrics.map(\.trainLoss) == second.metrics.map(\.trainLoss))
        #expect(first.metrics.map(\.validationAccuracy) == second.metrics.map(\.validationAccuracy))
        #expect(first.weights.tensors != other.weights.tensors)
    }

    @Test(
        "a fit that resumes from a checkpoint in the middle of an epoch ends with the same bits",
        arguments: [5, 13, 20])
    func resumed(stoppingAfter steps: Int) async throws {
        let plan = TrainingPlan(epochs: 2, batchSize: 32, schedule: .cosine)
        func fit(_ trainer: Trainer, resuming: Bool = false) throws -> Fit {
            try trainer.fit(digits.training, preprocessing: preprocessing, plan: plan, resuming: resuming)
        }
        let whole = try await trainer(SmallCNN(dropout: 0.3), Adam())
        var checkpoint: Checkpoint?
        var means: [Named<Double>] = []
        for try await event in try fit(whole) {
            switch event {
            case .step(let report, _, _, _):
                if report.step == steps { checkpoint = try await whole.checkpoint() }
            case .epoch(let metrics): means.append(metrics.training)
            }
        }
        let resumed = try await trainer(SmallCNN(dropout: 0.3), Adam(), seed: 9)
        try await resumed.restore(try #require(checkpoint))
        var numbers: [Int] = []
        var resumedMeans: [Named<Double>] = []
        for try await event in try fit(resumed, resuming: true) {
            switch event {
            case .step(let report, _, _, _): numbers.append(report.step)
            case .epoch(let metrics): resumedMeans.append(metrics.training)
            }
        }
        #expect(numbers == Array(steps + 1..<21))
        #expect(resumedMeans == Array(means.suffix(resumedMeans.count)))
        #expect(resumedMeans.count == (steps <= 10 ? 2 : 1))
        #expect(try await resumed.weights().tensors == whole.weights().tensors)
    }

    @Test("every step and every epoch is reported, the last batch smaller, and the learning rate follows the schedule")
    func events() async throws {
        let trainer = try await trainer(LeNet5(), SGD(learningRate: 0.1))
        let plan = TrainingPlan(epochs: 2, batchSize: 128, schedule: .cosine)
        var text: [String] = []
        var rates: [Double] = []
        for try await event in try trainer.fit(digits.training, preprocessing: preprocessing, plan: plan) {
            switch event {
            case .step(let report, let epoch, let position, let count):
                text.append("\(epoch): \(position)/\(count) \(report.count)")
                rates.append(report.learningRate)
            case .epoch(let metrics):
                text.append("epoch \(metrics.epoch)")
                #expect(metrics.validationLoss == nil)
            }
        }
        #expect(
            text == [
                "1: 1/3 128", "1: 2/3 128", "1: 3/3 44", "epoch 1", "2: 1/3 128", "2: 2/3 128", "2: 3/3 44", "epoch 2",
            ])
        #expect(rates.first == 0.1)
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test("a rate that diverges stops with the step, the first layer that is not finite and what to do")
    func divergence() async throws {
        let trainer = try await trainer(LeNet5(), SGD(learningRate: 1e25))
        let plan = TrainingPlan(epochs: 1, batchSize: 32)
        let error = await #expect(throws: FoveaError.self) {
            for try await _ in try trainer.fit(digits.training, preprocessing: preprocessing, plan: plan) {}
        }
        let problem = try #require(error?.problem)
        #expect(problem.hasPrefix("Training diverged: the loss of step 2 is "))
        #expect(problem.contains("first layer whose result is not finite is `conv2`") || problem.contains("`conv1`"))
        #expect(error?.remedy.contains("learning rate") == true)
        #expect(try await trainer.weights().nonFiniteNames == [])
    }

    @Test(
        "plans that make no sense for the data are refused, saying what does",
        arguments: [
            (TrainingPlan(epochs: 0, batchSize: 8), "The number of epochs is 0."),
            (TrainingPlan(epochs: -1, batchSize: 8), "The number of epochs is -1."),
            (TrainingPlan(epochs: .max, batchSize: 8), "The number of epochs is \(Int.max)."),
            (TrainingPlan(epochs: 1, batchSize: 0), "The batch size is 0."),
            (
                TrainingPlan(epochs: 1, batchSize: 301),
                "The batch size 301 is larger than the 300 examples of the training part."
            ),
            (
                TrainingPlan(epochs: 2, batchSize: 8, warmupEpochs: 3),
                "3 warm-up epochs do not fit into 2 epochs."
            ),
        ])
    func badPlans(plan: TrainingPlan, problem: String) async throws {
        let trainer = try await trainer(LeNet5(), SGD())
        let error = #expect(throws: FoveaError.self) {
            _ = try trainer.fit(digits.training, preprocessing: preprocessing, plan: plan)
        }
        #expect(error?.problem == problem)
    }

    @Test("a label that the network has no output for is an error that says so")
    func moreClassesThanOutputs() async throws {
        let trainer = try await trainer(LeNet5(classes: 3), SGD())
        let error = await #expect(throws: FoveaError.self) {
            _ = try await trainer.classifier.evaluate(digits.test ?? digits.training, preprocessing: preprocessing)
        }
        #expect(error?.problem == "The network has 3 classes, but the data set `glyphs` has 10.")
    }
}
