public import FoveaGraph

/// SqueezeNet 1.1: few parameters, because 1×1 convolutions narrow the input of the 3×3 convolutions.
///
/// Input [N, 3, 224, 224], or any image of at least 17×17; 1,235,496 parameters for 1,000 classes. Names, shapes and
/// numbers are those of torchvision's `squeezenet1_1`.
///
/// Source: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016.
public struct SqueezeNet: Layer {
    let features: Sequential
    let classifier: Sequential

    public init(classes: Int = 1000, dropout: Double = 0.5, head: ClassifierHead = .own) {
        features = Sequential {
            Conv2D(64, kernel: 3, stride: 2, initializer: .kaimingUniform(negativeSlope: 0), biasInitializer: .zeros)
            ReLU()
            MaxPool2D(3, stride: 2, coversRemainder: true)
            Fire(squeeze: 16, expand: 64)
            Fire(squeeze: 16, expand: 64)
            MaxPool2D(3, stride: 2, coversRemainder: true)
            Fire(squeeze: 32, expand: 128)
            Fire(squeeze: 32, expand: 128)
            MaxPool2D(3, stride: 2, coversRemainder: true)
            Fire(squeeze: 48, expand: 192)
            Fire(squeeze: 48, expand: 192)
            Fire(squeeze: 64, expand: 256)
            Fire(squeeze: 64, expand: 256)
        }
        classifier =
            switch head {
            case .own:
                Sequential {
                    Dropout(dropout)
                    Conv2D(classes, kernel: 1, initializer: .normal(deviation: 0.01), biasInitializer: .zeros)
                    ReLU()
                    GlobalAvgPool2D()
                }
            case .linear, .mlp:
                Sequential {
                    GlobalAvgPool2D()
                    Dropout(dropout)
                    head.layers(classes, own: Dense(classes))
                }
            }
    }

    public func callAsFunction(_ input: Value) throws -> Value { try classifier(features(input)) }
}

/// Squeezes with 1×1 filters, then expands with 1×1 and 3×3 filters side by side.
private struct Fire: Layer {
    let squeeze: Conv2D
    let expand1x1: Conv2D
    let expand3x3: Conv2D

    init(squeeze: Int, expand: Int) {
        func convolution(_ filters: Int, kernel: Window.Extent, padding: Conv2D.Padding) -> Conv2D {
            Conv2D(
                filters, kernel: kernel, padding: padding, initializer: .kaimingUniform(negativeSlope: 0),
                biasInitializer: .zeros)
        }
        self.squeeze = convolution(squeeze, kernel: 1, padding: 0)
        expand1x1 = convolution(expand, kernel: 1, padding: 0)
        expand3x3 = convolution(expand, kernel: 3, padding: 1)
    }

    func callAsFunction(_ input: Value) throws -> Value {
        let relu = ReLU()
        let x = try relu(squeeze(input))
        return try Concatenation(axis: 1).applied(to: relu(expand1x1(x)), relu(expand3x3(x)))
    }
}
