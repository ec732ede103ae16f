import FoveaGraph
import FoveaNN
import Testing

@Suite("Summary")
struct SummaryTests {
    @Test("LeNet-5: paths, shapes, parameters, multiply-adds and receptive fields")
    func lenet() throws {
        let summary = try Summary(of: LeNet5(), input: [1, 28, 28])
        #expect(
            summary.layers.map(\.path) == [
                "conv1", "relu", "maxpool2d", "conv2", "relu_1", "maxpool2d_1", "flatten", "fc1", "relu_2", "fc2",
                "relu_3", "fc3",
            ])
        #expect(summary.layers.map(\.parameters) == [156, 0, 0, 2416, 0, 0, 0, 48120, 0, 10164, 0, 850])
        #expect(summary.totalParameters == 61706)
        #expect(summary.totalMultiplyAdds == 28 * 28 * 150 + 100 * 2400 + 48000 + 10080 + 840)
        #expect(summary.layers.map { $0.receptiveField[0] } == [5, 5, 6, 14, 14, 16, 16, 28, 28, 28, 28, 28])
        #expect(summary.layers[3].outputShape == [16, 10, 10])
    }

    @Test("the small network stays under 100,000 parameters")
    func smallCNN() throws {
        let summary = try Summary(of: SmallCNN(), input: [1, 28, 28])
        #expect(summary.totalParameters == 72_666)
        #expect(summary.layers.first?.type == "Conv2D")
    }

    @Test("receptive fields have a size for each spatial axis, one or three")
    func otherAxes() throws {
        struct Pooling: Layer {
            let axes: [Window.Axis]

            func callAsFunction(_ input: Value) throws -> Value {
                let pooled = try AveragePooling(Window(axes: axes)).applied(to: input)
                return try ReLU()(AveragePooling(Window(axes: axes)).applied(to: pooled))
            }
        }
        let sequence = Pooling(axes: [.init(kernel: 3, stride: 2)])
        #expect(try Summary(of: sequence, input: [1, 20]).layers.last?.receptiveField == [7])
        let volume = Pooling(axes: [.init(kernel: 1), .init(kernel: 2), .init(kernel: 3, stride: 2, dilation: 2)])
        #expect(try Summary(of: volume, input: [1, 9, 9, 30]).layers.last?.receptiveField == [1, 3, 13])
    }

    @Test("strides larger than the image do not overflow the receptive field")
    func hugeStrides() throws {
        let network = Sequential {
            for _ in 0..<6 { MaxPool2D(1, stride: .init(1 << 20)) }
            MaxPool2D(1)
        }
        #expect(try Summary(of: network, input: [1, 4, 4]).layers.last?.receptiveField == [1, 1])
    }
}
