import FoveaGraph

/// The layers that turn a network's features into logits, for classes that it was not trained on.
public enum ClassifierHead: String, Hashable, Sendable, CaseIterable {
    /// The network's own, as torchvision has it.
    case own
    /// The mean of each channel, then one fully connected layer. Most networks' own head is this one.
    case linear
    /// The mean of each channel, then two fully connected layers with a rectifier and dropout between them.
    case mlp

    /// The number of values between the two layers of ``mlp``.
    static let hidden = 512

    /// The layers behind features [N, F].
    ///
    /// - Parameter own: the network's own layers, whose result is also that of a linear head.
    func layers(_ classes: Int, own: any Layer) -> any Layer {
        guard self == .mlp else { return own }
        return Sequential {
            Dense(Self.hidden)
            ReLU()
            Dropout(0.5)
            Dense(classes)
        }
    }
}
