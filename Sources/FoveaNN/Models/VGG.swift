public import FoveaGraph

/// VGG-11: 3×3 convolutions, five halvings, and three large fully connected layers.
///
/// Input [N, 3, 224, 224], or any image of at least 32×32, whose features are averaged to 7×7; 132,863,336 parameters for
/// 1,000 classes. Names, shapes and numbers are those of torchvision's `vgg11`.
///
/// Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015.
public struct VGG11: Layer {
    let features: Sequential
    let classifier: Sequential

    public init(classes: Int = 1000, dropout: Double = 0.5, head: ClassifierHead = .own) {
        features = Sequential {
            for widths in [[64], [128], [256, 256], [512, 512], [512, 512]] {
                for width in widths {
                    Conv2D(
                        width, kernel: 3, padding: 1, initializer: .kaimingNormalFanOut, biasInitializer: .zeros)
                    ReLU()
                }
                MaxPool2D(2)
            }
        }
        func dense(_ outputs: Int) -> Dense {
            Dense(outputs, initializer: .normal(deviation: 0.01), biasInitializer: .zeros)
        }
        classifier = Sequential {
            dense(4096)
            ReLU()
            Dropout(dropout)
            dense(4096)
            ReLU()
            Dropout(dropout)
            head.layers(classes, own: dense(classes))
        }
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try classifier(Flatten()(AdaptiveAvgPool2D(7)(features(input))))
    }
}
