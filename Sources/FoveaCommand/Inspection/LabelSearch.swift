import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// Looks for labels of a training part that are probably wrong.
struct LabelSearch {
    private let options: LabelOptions
    private let seed: UInt64
    private let device: Device
    private let entry: ModelZoo.Entry
    private let plan: TrainingPlan

    /// - Throws: ``FoveaError`` when an option makes no sense.
    init(_ options: LabelOptions, seed: UInt64, device: Device) throws {
        (self.options, self.seed, self.device) = (options, seed, device)
        entry = try ModelReference.zooEntry(options.model)
        plan = TrainingPlan(epochs: options.epochs, batchSize: 32, schedule: .oneCycle, seed: seed)
        try plan.validate()
        if let size = options.imageSize, !(1...maximumImageExtent).contains(size) {
            throw FoveaError(
                .usage, "--image-size is \(size).", remedy: "Use 1 to \(maximumImageExtent.grouped), such as 64.")
        }
    }

    /// The candidates, the most probable errors first, and the training part that they count.
    func run(_ data: String) async throws -> (candidates: [ConfidentLearning.Candidate], training: any ExampleSource) {
        let splits = try DataSource.load(data, badFiles: .quarantine)
        let training = splits.training
        let size = options.imageSize ?? (splits.files == nil ? nil : 64)
        let preprocessing = try Preprocessing(
            fittedTo: training, sizing: size.map { try ResizeAndCenterCrop(evaluating: $0, $0) })
        let transforms = try Augmentation(.standard, classNames: training.classNames).transforms(for: preprocessing)
        let outOfFold = try OutOfFold(training, folds: options.folds, seed: seed)
        var plan = plan
        // The largest fold leaves the fewest examples to train on.
        plan.batchSize = min(plan.batchSize, training.count - (training.count + options.folds - 1) / options.folds)
        let probabilities = try await outOfFold.probabilities(
            plan: plan, transforms: transforms.filter { !($0 is Preprocessing) }, preprocessing: preprocessing
        ) { completed in
            StandardError.line("labels: \(completed) of \(options.folds) networks trained")
        } makeTrainer: {
            try await Trainer(
                entry.make(training.classNames.count),
                input: Shape([preprocessing.channels, preprocessing.height, preprocessing.width]),
                optimizer: Adam(learningRate: 3e-3), device: device, seed: seed)
        }
        let labels = try training.labels()
        let found = try ConfidentLearning(labels: labels, probabilities: probabilities)
        let agreement = zip(labels, probabilities).count { label, row in row[Int(label)] == row.max() }
        let share = Double(agreement) / Double(max(1, labels.count))
        StandardError.line("labels: the networks agree with \(share.percent) of them")
        if share < 0.7 {
            StandardError.notice(
                "networks that are wrong so often say little about labels; try more --epochs, or another --model")
        }
        return (found.candidates, training)
    }
}
