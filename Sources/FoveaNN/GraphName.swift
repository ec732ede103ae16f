/// The names of what a network of one ``Layer`` takes and gives, and of the inputs and outputs of a step.
public enum GraphName {
    /// Input of a layer: the batch of examples.
    public static let images = "images"
    /// Target of ``Classification``: class indices, int32 [N].
    public static let labels = "labels"
    /// Input of a step: its learning rate, a scalar.
    public static let learningRate = "learning_rate"
    /// Input of a step: its number from 1, a scalar.
    public static let step = "step"
    /// Output of a layer: [N, classes] for one that classifies.
    public static let logits = "logits"
    /// Output of a step: the mean loss of the batch, a scalar.
    public static let loss = "loss"
}
