import FoveaGraph
import FoveaNN
import Testing

@Suite("A layer that does not fit")
struct LayerErrorTests {
    private struct TooSmallHead: Layer {
        let conv1 = Conv2D(16, kernel: 3, padding: .same)
        let fc1 = Dense(10, inputs: 400)

        func callAsFunction(_ input: Value) throws -> Value {
            try fc1(Flatten()(MaxPool2D(4)(conv1(input))))
        }
    }

    @Test("names the layer, both shapes, where the input comes from and a way to mend it")
    func fullyConnected() throws {
        let error = error { _ = try InferenceGraph(TooSmallHead(), input: [1, 1, 28, 28]) }
        #expect(error?.code == .usage)
        #expect(error?.problem == "`fc1` expects 400 inputs, `flatten` gives 784 = 16×7×7:")
        #expect(error?.remedy.contains("write 784 here") == true)
    }

    @Test("says so when images reach a fully connected layer unflattened")
    func notFlattened() {
        let network = Sequential {
            Conv2D(4, kernel: 3)
            Dense(10)
        }
        let error = error { _ = try InferenceGraph(network, input: [1, 1, 8, 8]) }
        #expect(error?.problem == "`1`: Dense expects one vector per example and `0` gives 4×6×6.")
        #expect(error?.remedy.contains("Flatten()") == true)
    }

    @Test("says so when the window is larger than the image, at the layer's path")
    func windowTooLarge() {
        let error = error { _ = try InferenceGraph(LeNet5(), input: [1, 1, 6, 6]) }
        #expect(error?.problem.hasPrefix("`conv2`: Convolution's window of 5×5") == true)
    }

    @Test(
        "refuses settings that make no sense instead of trapping",
        arguments: [
            (Conv2D(0, kernel: 3), "The layer has 0 filters in 1 groups."),
            (Conv2D(-1, kernel: 3), "The layer has -1 filters in 1 groups."),
            (Conv2D(4, kernel: 0), "The kernel of a window is 0 along the height."),
            (Conv2D(4, kernel: 3, stride: 0), "The stride of a window is 0 along the height."),
            (Conv2D(4, kernel: 3, groups: 0), "The layer has 4 filters in 0 groups."),
            (
                Conv2D(4, kernel: 3, groups: 3),
                "The layer has 3 groups, which do not divide 1 input channels and 4 filters."
            ),
            (
                Conv2D(4, kernel: 3, dilation: .init(1 << 62)),
                "The dilation of a window is 4611686018427387904 along the height."
            ),
            (Conv2D(1 << 50, kernel: 3), "The shape 1125899906842624×1×3×3 has more than 2^40 elements."),
            (
                Conv2D(4, kernel: 3, padding: .explicit(Window.Padding(-1))),
                "The padding of a window is -1 along the height."
            ),
            (Conv2D(4, kernel: 3, inputs: 2), "The layer expects 2 input channels, the input gives 1×8×8:"),
            (Dense(-3), "The shape -3×4 has a negative dimension."),
            (Dense(1 << 60), "The shape 1152921504606846976×4 has more than 2^40 elements."),
            (MaxPool2D(0), "`maxpool2d`: The kernel of a window is 0 along the height."),
            (MaxPool2D(2, stride: -1), "`maxpool2d`: The stride of a window is -1 along the height."),
            (
                AvgPool2D(100),
                "`avgpool2d`: AveragePooling's window of 100×100 (dilation 1×1) is larger than the image of 8×8 with padding 0: "
                    + "along the height it spans 100 of 8."
            ),
            (Dropout(1), "`dropout` has the rate 1.0."), (Dropout(.nan), "`dropout` has the rate nan."),
            (Dropout(-0.1), "`dropout` has the rate -0.1."),
        ] as [(any Layer, String)])
    func nonsense(layer: any Layer, problem: String) {
        let input: Shape = layer is Dense ? [1, 4] : [1, 1, 8, 8]
        let error = error { _ = try InferenceGraph(layer, input: input) }
        #expect(error?.problem == problem)
    }

    @Test("a batch of one cannot train batch normalization over single values")
    func batchOfOne() {
        let network = Sequential {
            Flatten()
            BatchNorm2D()
            Dense(2)
        }
        let error = error {
            _ = try TrainingGraph(
                network, loss: CrossEntropyLoss(), optimizer: SGD(), input: [1, 1, 2, 2])
        }
        #expect(error?.remedy == "Train with a batch size above 1.")
    }

    @Test("a network that does not end in one vector per image cannot be trained")
    func noLogits() {
        let error = error {
            _ = try TrainingGraph(
                Conv2D(4, kernel: 3), loss: CrossEntropyLoss(), optimizer: SGD(), input: [1, 1, 8, 8])
        }
        #expect(
            error?.problem == "The network's output `logits` is 4×6×6 for each example where one number per class is "
                + "expected.")
    }
}
