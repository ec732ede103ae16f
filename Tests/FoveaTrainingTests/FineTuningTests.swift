import FoveaCPU
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import OrderedCollections
import Testing

@testable import FoveaTraining

@Suite("Fine-tuning")
struct FineTuningTests {
    private let digits: DataSplits
    private let preprocessing: Preprocessing

    init() throws {
        digits = try Glyphs(seed: 5, trainingCount: 120, testCount: 60).splits()
        preprocessing = try Preprocessing(fittedTo: digits.training)
    }

    private static func device() throws -> Device {
        try ComputeDevice.cpu.open(BackendOptions(threads: 2, kernels: .fixed))
    }

    private static func recipe(_ change: (inout FineTuningRecipe) -> Void = { _ in }) -> FineTuningRecipe {
        var recipe = FineTuningRecipe()
        (recipe.head, recipe.freezeEpochs, recipe.epochs, recipe.batchSize) = (.linear, 2, 1, 16)
        change(&recipe)
        return recipe
    }

    /// Weights of a network for other classes, as a file.
    private func withWeights(
        of name: String = "smallcnn", classes: Int = 7, _ body: (SafetensorsFile) async throws -> Void
    ) async throws {
        let entry = try ModelZoo.entry(named: name)
        let network = TracedNetwork(entry.make(classes), input: [1, 28, 28])
        let file = try withTemporaryFolder { folder in
            let path = "\(folder)/weights.safetensors"
            try Safetensors.write(Weights(initializing: network.parameters, seed: 9).tensors, to: path)
            // Open files stay readable when their folder is gone.
            return try SafetensorsFile(at: path)
        }
        try await body(file)
    }

    private func tuning(_ file: SafetensorsFile, _ recipe: FineTuningRecipe, on name: String = "smallcnn") throws
        -> FineTuning
    {
        try FineTuning(
            ModelZoo.entry(named: name), recipe, weights: file, source: "`weights.safetensors`", classes: 10,
            preprocessing: preprocessing)
    }

    private func run(
        _ tuning: FineTuning, transforms: [any Transform] = [],
        report: (FineTuningEvent) async throws -> Void = { _ in }
    ) async throws -> Weights {
        try await tuning.run(
            digits.training, validation: digits.test, transforms: transforms, on: Self.device(), report: report)
    }

    @Test("the body stays frozen to the bit, statistics included, while the head is trained; then all of it moves")
    func frozen() async throws {
        try await withWeights { file in
            let tuning = try tuning(file, Self.recipe())
            var epochs: [(EpochMetrics, Weights)] = []
            let last = try await run(tuning) { event in
                if case .epoch(let metrics, let weights) = event { epochs.append((metrics, weights)) }
            }
            #expect(epochs.map(\.0.epoch) == [1, 2, 3])
            let paths = try tuning.network.parameters.map(\.path)
            for path in paths {
                let isHead = path.hasPrefix("fc.")
                #expect((epochs[1].1[path] == tuning.start[path]) != isHead, "\(path)")
                #expect(last[path] != epochs[1].1[path], "\(path)")
            }
            #expect(paths.contains("features.1.running_mean"))
        }
    }

    @Test("features that are computed anew, beside other views or alone, are the same bits")
    func sameFeatures() async throws {
        try await withWeights { file in
            let tuning = try tuning(file, Self.recipe())
            let divided = try #require(tuning.divided)
            func computed(views: Int) async throws -> FeatureSource {
                let computation = try await FeatureComputation(
                    divided.body, weights: tuning.start, device: Self.device(), batchSize: 16,
                    transforms: FeatureTransforms(
                        plain: [preprocessing], augmenting: [try RandomHorizontalFlip(), preprocessing]),
                    seed: 3, workers: views)
                return try await computation.features(of: digits.training, views: views)
            }
            let (once, twice) = (try await computed(views: 1), try await computed(views: 2))
            #expect(once.count == 120 && twice.count == 240)
            #expect(twice.origins == Array(0..<120) + Array(0..<120))
            let size = 64
            #expect(try once.matrix().floats == Array(twice.matrix().floats.prefix(120 * size)))
            // And those of a batch of its own: of the last example, which stands alone in a smaller batch there.
            let alone = try await FeatureComputation(
                divided.body, weights: tuning.start, device: Self.device(), batchSize: 16,
                transforms: FeatureTransforms(plain: [preprocessing], augmenting: []), seed: 3, workers: 1
            ).features(of: digits.training.subset([119]))
            #expect(try alone.matrix().floats == Array(once.matrix().floats.suffix(size)))
        }
    }

    @Test("training the rest on features gives the weights that training the whole with a frozen body gives")
    func sameAsWhole() async throws {
        try await withWeights { file in
            let recipe = Self.recipe {
                ($0.epochs, $0.averaging, $0.optimizer) = (0, nil, SGD(learningRate: 0.05, momentum: 0.9))
            }
            let tuning = try tuning(file, recipe)
            let tuned = try await run(tuning)
            let rule = tuning.plan.phases[0].rule
            let trainer = try await Trainer(
                tuning.network, objective: Classification(CrossEntropyLoss(labelSmoothing: 0.1)), rule: rule,
                device: Self.device(), seed: recipe.seed, weights: tuning.start)
            for try await _ in try trainer.fit(
                digits.training, preprocessing: preprocessing,
                plan: TrainingPlan(epochs: 2, batchSize: 16, schedule: .oneCycle, seed: recipe.seed))
            {}
            let whole = try await trainer.weights()
            for path in ["fc.weight", "fc.bias"] {
                let pairs = zip(try #require(tuned[path]).floats, try #require(whole[path]).floats)
                #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }, "\(path)")
            }
        }
    }

    @Test("logistic regression gives a head that is at least as sure as the start, and that only it changes")
    func logistic() async throws {
        try await withWeights { file in
            let tuning = try tuning(file, Self.recipe { ($0.head, $0.epochs, $0.views) = (.logistic, 0, 2) })
            var found: LogisticRegression?
            let weights = try await run(tuning, transforms: [try RandomHorizontalFlip(), preprocessing]) { event in
                if case .regression(let model, _) = event { found = model }
            }
            let model = try #require(found)
            #expect(weights["fc.weight"] == model.weights && weights["fc.bias"] == model.bias)
            #expect(model.hasConverged && model.loss < 2)
            #expect(weights["features.0.weight"] == tuning.start["features.0.weight"])
        }
    }

    @Test("the plan has a rate for each stage that falls toward the input, and says what batch normalization does")
    func plan() async throws {
        try await withWeights { file in
            let recipe = Self.recipe {
                $0.optimizer = SGD(learningRate: 0.1)
                ($0.unfreezing, $0.learningRateDecay) = (.last(2), 0.5)
            }
            let plan = try tuning(file, recipe).plan
            #expect(plan.phases.map(\.name) == ["head", "fine-tuning"] && plan.phases.map(\.epochs) == [2, 1])
            #expect(plan.phases[0].treatments.map(\.learningRate) == [nil, nil, nil, 0.1])
            #expect(plan.phases[1].treatments.map(\.learningRate) == [nil, 0.025, 0.05, 0.1])
            #expect(plan.phases[1].treatments.map(\.batchNormalization) == [.frozen, .batch, .batch, nil])
            #expect(plan.phases[0].treatments.map(\.trainableCount) == [0, 0, 0, 650])
            #expect(plan.formerHead == [7, 64])
        }
    }

    @Test("weights of another network are refused with the name of the one that they fit")
    func otherNetwork() async throws {
        try await withWeights(of: "lenet5") { file in
            #expect { try tuning(file, Self.recipe()) } throws: { error in
                "\(error)".contains("are not those of `smallcnn`: of the 30 of its body none match")
                    && "\(error)".contains("use --model lenet5")
            }
        }
    }

    @Test(
        "settings that make no sense are refused",
        arguments: [
            ("freeze", "The pattern `featres` matches no parameter of the network. Did you mean `features`"),
            ("unfreeze", "The last 4 stages cannot be unfrozen: `smallcnn` has 3."),
            ("decay", "The learning rate's decay per stage is 1.5."),
            ("views", "The number of views of each image is 0."),
            ("epochs", "there are no epochs"),
        ])
    func mistakes(setting: String, message: String) async throws {
        try await withWeights { file in
            let recipe = Self.recipe { recipe in
                switch setting {
                case "freeze": recipe.frozen = ["featres"]
                case "unfreeze": recipe.unfreezing = .last(4)
                case "decay": recipe.learningRateDecay = 1.5
                case "views": recipe.views = 0
                default: (recipe.freezeEpochs, recipe.epochs) = (0, 0)
                }
            }
            #expect { try tuning(file, recipe) } throws: { "\($0)".contains(message) }
        }
    }

    @Test("averages of the weights are what is validated and saved")
    func averages() async throws {
        let device = try Self.device()
        let rule = UpdateRule(SGD(learningRate: 0.1), averaging: WeightAveraging(decay: 0.9))
        let trainer = try await Trainer(SmallCNN(), input: [1, 28, 28], rule: rule, device: device, seed: 2)
        var validation: Named<Double>?
        for try await event in try trainer.fit(
            digits.training, validation: digits.test, preprocessing: preprocessing,
            plan: TrainingPlan(epochs: 1, batchSize: 16))
        {
            if case .epoch(let metrics) = event { validation = metrics.validation }
        }
        let averaged = try await trainer.averagedWeights()
        #expect(try await trainer.modelWeights().tensors == averaged.tensors)
        #expect(try await trainer.weights().tensors != averaged.tensors)
        try await trainer.load(averaged, source: "the averages")
        let test = try #require(digits.test)
        #expect(try await trainer.predictor.evaluate(test, transforms: [preprocessing]) == validation)
    }
}
