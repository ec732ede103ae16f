public import FoveaGraph

/// A small modern network: pairs of 3×3 convolutions with batch normalization, then the mean of each channel.
///
/// Any image of at least 4×4; 72,666 parameters for grey images and ten classes. The 3×3 pairs are VGG's, batch
/// normalization and global average pooling instead of large fully connected layers ResNet's.
///
/// Sources: Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015; Lin et al., "Network In Network", 2014.
public struct SmallCNN: Layer {
    let features: Sequential
    let dropout: Dropout
    let fc: any Layer

    public init(classes: Int = 10, dropout: Double = 0.1, head: ClassifierHead = .own) {
        self.dropout = Dropout(dropout)
        features = Sequential {
            for (stage, width) in [16, 32, 64].enumerated() {
                if stage > 0 { MaxPool2D(2) }
                for _ in 0..<2 {
                    // Batch normalization has a bias of its own.
                    Conv2D(width, kernel: 3, padding: 1, bias: false)
                    BatchNorm2D()
                    ReLU()
                }
            }
        }
        fc = head.layers(classes, own: Dense(classes))
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        let features = try features(input)  // [N, 64, H/4, W/4]
        return try fc(dropout(GlobalAvgPool2D()(features)))
    }
}
