public import FoveaGraph

/// Residual networks: blocks that add their result to their input.
///
/// Input [N, 3, 224, 224], or any image that is not empty after five halvings. Names, shapes and numbers are those of
/// torchvision's `resnet18`, `resnet34` and `resnet50` (its v1.5: the stride of a bottleneck is in the 3×3
/// convolution).
///
/// Source: He et al., "Deep Residual Learning for Image Recognition", 2016.
public struct ResNet: Layer {
    let conv1 = Conv2D(64, kernel: 7, stride: 2, padding: 3, bias: false, initializer: .kaimingNormalFanOut)
    let bn1 = BatchNorm2D()
    let layer1: Sequential
    let layer2: Sequential
    let layer3: Sequential
    let layer4: Sequential
    let fc: any Layer

    /// Two 3×3 convolutions per block: 11,689,512 parameters for 1,000 classes.
    public static func resNet18(classes: Int = 1000, head: ClassifierHead = .own) -> ResNet {
        ResNet(blocks: [2, 2, 2, 2], expansion: 1, classes: classes, head: head) {
            BasicBlock($0, stride: $1, inputs: $2)
        }
    }

    /// Two 3×3 convolutions per block: 21,797,672 parameters for 1,000 classes.
    public static func resNet34(classes: Int = 1000, head: ClassifierHead = .own) -> ResNet {
        ResNet(blocks: [3, 4, 6, 3], expansion: 1, classes: classes, head: head) {
            BasicBlock($0, stride: $1, inputs: $2)
        }
    }

    /// A 1×1, a 3×3 and a 1×1 convolution per block: 25,557,032 parameters for 1,000 classes.
    public static func resNet50(classes: Int = 1000, head: ClassifierHead = .own) -> ResNet {
        ResNet(blocks: [3, 4, 6, 3], expansion: Bottleneck.expansion, classes: classes, head: head) {
            Bottleneck($0, stride: $1, inputs: $2)
        }
    }

    /// - Parameter makeBlock: makes a block from its width, its stride and the number of its input channels.
    private init(
        blocks: [Int], expansion: Int, classes: Int, head: ClassifierHead,
        makeBlock: (_ width: Int, _ stride: Int, _ inputs: Int) -> any Layer
    ) {
        var inputs = 64
        let stages = blocks.enumerated().map { stage, count in
            let width = 64 << stage
            return Sequential(
                (0..<count).map { position in
                    defer { inputs = width * expansion }
                    return makeBlock(width, position == 0 && stage > 0 ? 2 : 1, inputs)
                })
        }
        (layer1, layer2, layer3, layer4) = (stages[0], stages[1], stages[2], stages[3])
        fc = head.layers(classes, own: Dense(classes))
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        var x = try ReLU()(bn1(conv1(input)))
        x = try MaxPool2D(3, stride: 2, padding: 1)(x)
        x = try layer4(layer3(layer2(layer1(x))))
        return try fc(GlobalAvgPool2D()(x))
    }
}

/// Two 3×3 convolutions beside a shortcut.
private struct BasicBlock: Layer {
    let conv1: Conv2D
    let bn1 = BatchNorm2D()
    let conv2: Conv2D
    let bn2 = BatchNorm2D()
    let downsample: Sequential?

    init(_ width: Int, stride: Int, inputs: Int) {
        conv1 = .withoutBias(width, kernel: 3, stride: stride)
        conv2 = .withoutBias(width, kernel: 3)
        downsample = .shortcut(to: width, stride: stride, inputs: inputs)
    }

    func callAsFunction(_ input: Value) throws -> Value {
        let x = try bn2(conv2(ReLU()(bn1(conv1(input)))))
        return try ReLU()(x + (downsample?(input) ?? input))
    }
}

/// A 3×3 convolution between two 1×1 convolutions, which narrow and widen, beside a shortcut.
private struct Bottleneck: Layer {
    /// The factor by which the result is wider than the middle.
    static let expansion = 4

    let conv1: Conv2D
    let bn1 = BatchNorm2D()
    let conv2: Conv2D
    let bn2 = BatchNorm2D()
    let conv3: Conv2D
    let bn3 = BatchNorm2D()
    let downsample: Sequential?

    init(_ width: Int, stride: Int, inputs: Int) {
        conv1 = .withoutBias(width, kernel: 1)
        conv2 = .withoutBias(width, kernel: 3, stride: stride)
        conv3 = .withoutBias(width * Self.expansion, kernel: 1)
        downsample = .shortcut(to: width * Self.expansion, stride: stride, inputs: inputs)
    }

    func callAsFunction(_ input: Value) throws -> Value {
        var x = try ReLU()(bn1(conv1(input)))
        x = try ReLU()(bn2(conv2(x)))
        x = try bn3(conv3(x))
        return try ReLU()(x + (downsample?(input) ?? input))
    }
}

extension Conv2D {
    /// A convolution that keeps the size at stride 1 and is followed by batch normalization, which has a bias of its own.
    fileprivate static func withoutBias(_ filters: Int, kernel: Int, stride: Int = 1) -> Conv2D {
        Conv2D(
            filters, kernel: .init(kernel), stride: .init(stride), padding: .explicit(.init(kernel / 2)),
            bias: false, initializer: .kaimingNormalFanOut)
    }
}

extension Sequential {
    /// The shortcut of a block that changes the shape; nil for one that keeps it.
    fileprivate static func shortcut(to outputs: Int, stride: Int, inputs: Int) -> Sequential? {
        guard stride != 1 || inputs != outputs else { return nil }
        return Sequential {
            Conv2D.withoutBias(outputs, kernel: 1, stride: stride)
            BatchNorm2D()
        }
    }
}
