public import FoveaGraph

/// A network for phones: each block widens with a 1×1 convolution, filters every channel by itself, and narrows again.
///
/// Input [N, 3, 224, 224], or any image of at least 32×32; 3,504,872 parameters for 1,000 classes. Names, shapes and
/// numbers are those of torchvision's `mobilenet_v2`.
///
/// Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018.
public struct MobileNetV2: Layer {
    let features: Sequential
    let classifier: any Layer

    /// Rows of the paper's table 2: expansion, output channels, number of blocks, stride of the first.
    private static let stages = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    public init(classes: Int = 1000, dropout: Double = 0.2, head: ClassifierHead = .own) {
        features = Sequential {
            Sequential.normalizedConvolution(32, kernel: 3, stride: 2)
            Self.blocks(inputs: 32)
            Sequential.normalizedConvolution(1280, kernel: 1)
        }
        let own = Sequential {
            Dropout(dropout)
            Dense(classes, initializer: .normal(deviation: 0.01), biasInitializer: .zeros)
        }
        classifier = head.layers(classes, own: own)
    }

    private static func blocks(inputs: Int) -> [any Layer] {
        var inputs = inputs
        var blocks: [any Layer] = []
        for (expansion, outputs, count, firstStride) in stages {
            for position in 0..<count {
                blocks.append(
                    InvertedResidual(
                        inputs: inputs, outputs: outputs, stride: position == 0 ? firstStride : 1, expansion: expansion)
                )
                inputs = outputs
            }
        }
        return blocks
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try classifier(GlobalAvgPool2D()(features(input)))
    }
}

/// Widens, filters each channel, narrows; adds its input where the shape stays.
private struct InvertedResidual: Layer {
    let conv: Sequential
    private let addsInput: Bool

    init(inputs: Int, outputs: Int, stride: Int, expansion: Int) {
        let hidden = inputs * expansion
        addsInput = stride == 1 && inputs == outputs
        conv = Sequential {
            if expansion != 1 { Sequential.normalizedConvolution(hidden, kernel: 1) }
            Sequential.normalizedConvolution(hidden, kernel: 3, stride: stride, groups: hidden)
            Conv2D(outputs, kernel: 1, bias: false, initializer: .kaimingNormalFanOut)
            BatchNorm2D()
        }
    }

    func callAsFunction(_ input: Value) throws -> Value {
        let x = try conv(input)
        return addsInput ? try input + x : x
    }
}

extension Sequential {
    /// Convolution, batch normalization and ReLU6.
    fileprivate static func normalizedConvolution(
        _ filters: Int, kernel: Int, stride: Int = 1, groups: Int = 1
    ) -> Sequential {
        Sequential {
            Conv2D(
                filters, kernel: .init(kernel), stride: .init(stride), padding: .explicit(.init(kernel / 2)),
                groups: groups, bias: false, initializer: .kaimingNormalFanOut)
            BatchNorm2D()
            ReLU6()
        }
    }
}
