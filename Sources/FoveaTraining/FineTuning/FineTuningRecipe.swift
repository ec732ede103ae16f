import FoveaGraph
public import FoveaNN

/// The way in which a trained network is fitted to other classes: a new head alone first, then deeper layers too.
public struct FineTuningRecipe: Sendable {
    /// How the new head comes about.
    public enum Head: String, Hashable, Sendable, CaseIterable {
        /// The mean of each channel and one fully connected layer, trained by the optimizer.
        case linear
        /// The mean of each channel, then two fully connected layers with dropout between them.
        case mlp
        /// A linear head that logistic regression finds on the features of the frozen body, its penalty chosen by
        /// cross-validation.
        case logistic

        /// The layers of the head.
        public var layers: ClassifierHead { self == .mlp ? .mlp : .linear }
    }

    /// The stages that are trained after the head.
    public enum Unfreezing: Hashable, Sendable {
        case all
        /// The last stages before the head.
        case last(Int)
    }

    public var head = Head.logistic
    /// Number of epochs in which the head is trained alone, on features.
    public var freezeEpochs = 1
    /// Number of epochs in which the unfrozen stages are trained too.
    public var epochs = 5
    public var unfreezing = Unfreezing.all
    /// Parameters that stay frozen throughout.
    public var frozen: [PathPattern] = []
    /// Factor on the learning rate from each stage to the one before it.
    public var learningRateDecay = 0.5
    /// Number of views of each image whose features the head is trained on: the image as in evaluation, and augmented ones.
    public var views = 1
    public var labelSmoothing = 0.1
    /// The average of the weights that becomes the model.
    public var averaging: WeightAveraging? = WeightAveraging(decay: 0.99, warmsUp: true)
    public var batchSize = 32
    /// The optimizer of both phases; its learning rate is the head's.
    public var optimizer: any Optimizer = AdamW(learningRate: 3e-3, weightDecay: 0.01)
    public var seed: UInt64 = 42

    public init() {}

    /// - Throws: ``FoveaError`` when a setting is invalid, whatever the network.
    public func validate() throws {
        try optimizer.validate()
        try CrossEntropyLoss(labelSmoothing: labelSmoothing).validate()
        for (name, epochs) in [("freeze epochs", freezeEpochs), ("epochs", epochs)] {
            guard (0...1_000_000).contains(epochs) else {
                throw FoveaError(.usage, "The number of \(name) is \(epochs).", remedy: "Use 0 to 1,000,000.")
            }
        }
        guard freezeEpochs + epochs > 0 || head == .logistic else {
            throw FoveaError(
                .usage, "Neither the head nor anything else would be trained: there are no epochs.",
                remedy: "Use at least one freeze epoch or one epoch.")
        }
        guard learningRateDecay > 0, learningRateDecay <= 1 else {
            throw FoveaError(
                .usage, "The learning rate's decay per stage is \(learningRateDecay).",
                remedy: "Use a number above 0, up to 1 for the same rate everywhere.")
        }
        guard (1...1000).contains(views) else {
            throw FoveaError(.usage, "The number of views of each image is \(views).", remedy: "Use 1 to 1,000.")
        }
        if case .last(let count) = unfreezing, count < 0 {
            throw FoveaError(.usage, "The last \(count) stages cannot be unfrozen.", remedy: "Use 0 or more.")
        }
    }
}
