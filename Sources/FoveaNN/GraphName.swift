/// Names of the inputs and outputs of a network of one ``Layer``, and of those of a training step.
public enum GraphName {
    /// Input of a layer: the batch of examples.
    public static let images = "images"
    /// Input of a network over sequences: the batch of sequences.
    public static let sequences = "sequences"
    /// Input of a network over sequences: the number of valid steps of each, int32 [N].
    public static let lengths = "lengths"
    /// Target of ``Classification``: class indices, int32 [N].
    public static let labels = "labels"
    /// Output of a network that gives numbers: [N, numbers].
    public static let predictions = "predictions"
    /// Target of ``Regression`` and ``StepClassification``: what each example, or each step, should give.
    public static let targets = "targets"
    /// Input of a step: its learning rate, a scalar; groups with other rates have `learning_rate/1`, ….
    public static let learningRate = "learning_rate"
    /// Input of a step: the number of the update from 1, a scalar.
    public static let step = "step"
    /// Input of a step: how far the averages of the weights move, a scalar.
    public static let averageRate = "average_rate"
    /// Output of a layer: [N, classes] for one that classifies.
    public static let logits = "logits"
    /// Output of a step: the mean loss of the batch, a scalar.
    public static let loss = "loss"
    /// Output of a step: the Euclidean norm of all gradients before they are clipped, a scalar.
    public static let gradientNorm = "gradient_norm"
}
