import FoveaGraph
import Testing

@Suite("The printer")
struct GraphPrinterTests {
    @Test("prints a training step as a person would write it")
    func trainingStep() throws {
        let builder = GraphBuilder()
        let images = try builder.input("images", .float32([8, 1, 28, 28]))
        builder.location = Location(path: "conv1", layer: "Conv2D")
        let weight = try builder.state("conv1.weight", .float32([6, 1, 5, 5]))
        let features = try Convolution(Window(kernel: 5, stride: 1, padding: .init(2))).applied(to: images, weight)
        builder.location = Location(path: "pool1", layer: "MaxPool2D")
        let pooled = try MaxPooling(Window(kernel: 2, stride: 2)).results(on: [features])
        builder.location = .none
        _ = try builder.constant(Tensor(repeating: 0.5, .float32([3, 3])))
        let mean = try ReduceMean(axes: [0, 1, 2, 3]).applied(to: pooled[0])
        builder.output("mean", mean)
        builder.output("places", pooled[1])
        builder.update("conv1.weight", to: weight)
        builder.updateOnlyIfFinite(mean)
        #expect(
            builder.graph.description == """
                %0: f32[8×1×28×28] = input images
                %1: f32[6×1×5×5] = state conv1.weight   # conv1
                %2: f32[8×6×28×28] = Convolution(%0, %1) window: 5×5/1×1, padding 2, dilation 1×1, groups: 1   # conv1
                %3: f32[8×6×14×14], i32[8×6×14×14] = MaxPooling(%2) window: 2×2/2×2, padding 0, dilation 1×1   # pool1
                %4: f32[3×3] = constant 0.5, 0.5, 0.5, 0.5, …
                %5: f32[] = ReduceMean(%3) axes: [0, 1, 2, 3], keepDimensions: false
                output mean = %5
                output places = %3.1
                update only if finite: %5
                update conv1.weight ← %1
                """)
    }
}
