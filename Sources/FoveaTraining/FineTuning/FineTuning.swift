public import FoveaData
public import FoveaFormats
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// An event of a fine-tuning.
public enum FineTuningEvent: Sendable {
    /// A phase begins.
    case phase(FineTuningPhase)
    /// Features of so many rows have been computed.
    case features(rows: Int, of: Int)
    /// Logistic regression has found the head.
    case regression(LogisticRegression, LogisticRegression.CrossValidation)
    /// A step was made.
    case step(StepReport, epoch: Int, stepInEpoch: Int, stepsPerEpoch: Int)
    /// An epoch ended with these weights of the whole network.
    case epoch(EpochMetrics, Weights)
}

/// Fits a trained network to other classes: the head alone on features that the frozen body gives, then deeper layers.
///
///     let tuning = try FineTuning(entry, recipe, weights: pretrained, classNames: names, preprocessing: preprocessing)
///     for try await event in tuning.run(training, validation: validation, on: device) { … }
///
/// Source: Howard and Gugger, "fastai: A Layered API for Deep Learning", 2020 (`fine_tune`); Howard and Ruder, "Universal
/// Language Model Fine-tuning", 2018 (rates that fall from stage to stage).
public struct FineTuning: Sendable {
    public let plan: FineTuningPlan
    /// The network with its new head.
    public let network: TracedNetwork
    public let recipe: FineTuningRecipe
    public let preprocessing: Preprocessing
    let divided: DividedNetwork?
    /// The weights at the start: the body's from the file, the head's from the seed.
    public let start: Weights

    /// - Parameter precision: the precision that the network computes in.
    /// - Throws: ``FoveaError`` when the weights are not the body's, or when the recipe does not fit the network.
    public init(
        _ entry: ModelZoo.Entry, _ recipe: FineTuningRecipe, weights: SafetensorsFile, source: String, classes: Int,
        preprocessing: Preprocessing, precision: Precision = .float32
    ) throws {
        network = TracedNetwork(
            entry.make(classes, head: recipe.head.layers), input: preprocessing.exampleShape, precision: precision)
        let parameters = try network.parameters
        let pretrained = try PretrainedWeights(weights, for: entry, parameters: parameters, source: source)
        plan = try FineTuningPlan(entry, recipe, parameters: parameters, formerHead: pretrained.formerHead)
        divided = try DividedNetwork(network, freezing: plan.frozenBody)
        start = Weights(initializing: parameters, seed: recipe.seed).merging(pretrained.body)
        shortenedName = pretrained.shortenedName
        (self.recipe, self.preprocessing) = (recipe, preprocessing)
    }

    /// A weight's name in the file, if all are longer than the network's; nil where they are the network's.
    public let shortenedName: WeightNames.Change?

    /// The shape of one image's features; nil where the first layers are not frozen.
    public var features: Named<TensorType>? { get throws { try divided?.body.signature.outputs } }

    /// Carries out the phases.
    ///
    /// - Parameters:
    ///   - transforms: those of a training image, as in ``Trainer/fit(_:validation:transforms:preprocessing:mixing:plan:leavingOut:workers:resuming:)``.
    ///   - stored: the features that are in a cache; by default all are computed and kept in memory.
    ///   - report: receives each event, in order; an error that it throws ends the work.
    /// - Returns: the weights after the last epoch.
    /// - Throws: ``FoveaError`` when an example cannot be read, when training diverges, or when there is too little memory.
    public func run(
        _ training: any ExampleSource, validation: (any ExampleSource)? = nil, transforms: [any Transform] = [],
        mixing: BatchMixing? = nil, leavingOut: LeavingOut? = nil, workers: Int? = nil,
        stored: StoredFeatures? = nil, on device: Device, report: (FineTuningEvent) async throws -> Void
    ) async throws -> Weights {
        var weights = start
        var epochs = 0
        for phase in plan.phases {
            try await report(.phase(phase))
            if phase.trainsHeadAlone, let divided {
                let computation = try await FeatureComputation(
                    divided.body, weights: weights, device: device, batchSize: featureBatchSize,
                    transforms: featureTransforms(transforms), seed: recipe.seed, workers: workers)
                let total = saturatingProduct(training.count, recipe.views) + (validation?.count ?? 0)
                let rows = try await computation.features(
                    of: training, views: recipe.views, stored: stored?.training, leavingOut: leavingOut
                ) { try await report(.features(rows: $0, of: total)) }
                let held = try await validation.asyncMap { part in
                    try await computation.features(of: part, stored: stored?.validation, leavingOut: leavingOut) {
                        try await report(.features(rows: rows.count + $0, of: total))
                    }
                }
                weights =
                    recipe.head == .logistic
                    ? try await regress(rows, held, divided, weights, on: device, report)
                    : try await train(
                        divided.rest, phase, divided.ruleForRest(phase.rule), rows, held, weights, after: epochs,
                        on: device, report: report)
            } else {
                weights = try await train(
                    network, phase, phase.rule, training, validation, weights, transforms: transforms,
                    preprocessing: preprocessing, mixing: mixing, leavingOut: leavingOut, workers: workers,
                    after: epochs, on: device, report: report)
            }
            epochs += phase.epochs
        }
        return weights
    }

    /// Trains a network, the whole or the rest behind the features, and gives the weights of the whole.
    private func train(
        _ network: TracedNetwork, _ phase: FineTuningPhase, _ rule: UpdateRule, _ training: any ExampleSource,
        _ validation: (any ExampleSource)?, _ weights: Weights, transforms: [any Transform] = [],
        preprocessing: Preprocessing? = nil, mixing: BatchMixing? = nil, leavingOut: LeavingOut? = nil,
        workers: Int? = nil, after earlier: Int, on device: Device, report: (FineTuningEvent) async throws -> Void
    ) async throws -> Weights {
        let paths = try network.parameters.map(\.path)
        let trainer = try await Trainer(
            network, objective: Classification(CrossEntropyLoss(labelSmoothing: recipe.labelSmoothing)), rule: rule,
            device: device, seed: recipe.seed,
            weights: Weights(paths.compactMap { path in weights[path].map { (path, $0) } }))
        let fit = try trainer.fit(
            training, validation: validation, transforms: transforms, preprocessing: preprocessing, mixing: mixing,
            plan: TrainingPlan(
                epochs: phase.epochs, batchSize: min(recipe.batchSize, training.count), schedule: .oneCycle,
                seed: recipe.seed), leavingOut: leavingOut, workers: workers)
        for try await event in fit {
            switch event {
            case .step(let step, let epoch, let stepInEpoch, let stepsPerEpoch):
                try await report(
                    .step(step, epoch: earlier + epoch, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch))
            case .epoch(var metrics):
                metrics.epoch += earlier
                try await report(.epoch(metrics, weights.merging(trainer.modelWeights())))
            }
        }
        return weights.merging(try await trainer.modelWeights())
    }

    /// Finds the head by logistic regression; counts as one epoch.
    private func regress(
        _ rows: FeatureSource, _ held: FeatureSource?, _ divided: DividedNetwork, _ weights: Weights,
        on device: Device, _ report: (FineTuningEvent) async throws -> Void
    ) async throws -> Weights {
        let begin = ContinuousClock.now
        let (model, validation) = try await LogisticRegression.crossValidated(
            rows.matrix(), labels: rows.labels, classNames: rows.classNames, groups: rows.origins, seed: recipe.seed,
            on: device)
        try await report(.regression(model, validation))
        var found = weights
        for parameter in try divided.rest.parameters {
            found[parameter.path] = parameter.shape.rank == 2 ? model.weights : model.bias
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let paths = try divided.rest.parameters.map(\.path)
        let trainer = try await Trainer(
            divided.rest, objective: Classification(), rule: UpdateRule(recipe.optimizer), device: device,
            weights: Weights(paths.compactMap { path in found[path].map { (path, $0) } }))
        let measured = try await held.asyncMap { try await trainer.predictor.evaluate($0) }
        let metrics = EpochMetrics(
            epoch: 1,
            training: [GraphName.loss: model.loss, Classification.accuracy: model.accuracy], validation: measured,
            learningRate: 0, seconds: Float(seconds),
            imagesPerSecond: Float(Double(rows.count) / max(seconds, 1e-9)), dataWait: 0)
        try await report(.epoch(metrics, found))
        return found
    }
}
