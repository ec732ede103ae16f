import FoveaGraph

extension OperationCase {
    /// The geometry of one convolution.
    private struct Geometry {
        let images: Shape
        let filters: Int
        let groups: Int
        let window: Window

        /// The convolution and its operands without a bias.
        var drawn: (convolution: Convolution, images: OperandDraw, filters: OperandDraw) {
            let filterShape = Shape([filters, images[1] / groups] + window.kernel)
            return (Convolution(window, groups: groups), OperandDraw(images), OperandDraw(filterShape))
        }
    }

    static func convolutions() throws -> [OperationCase] {
        try (systematicGeometries() + typicalGeometries() + narrowGeometries() + sequences() + volumes()).enumerated()
            .flatMap {
                index, geometry in
                try cases(of: geometry, withBias: index.isMultiple(of: 2))
                    + [fusedCase(of: geometry, withBias: index.isMultiple(of: 3), turn: index)]
            }
    }

    /// Few channels and as many images as a vector has lanes, or twice as many: padding on no side, on all, on some, and
    /// wider than the kernel.
    private static func narrowGeometries() throws -> [Geometry] {
        let paddings = [
            Window.Padding(0), Window.Padding(2), Window.Padding(top: 0, left: 2, bottom: 1, right: 0),
            Window.Padding(4),
        ]
        let channels = [(1, 6), (6, 16), (5, 7), (3, 4), (16, 2)]
        var geometries: [Geometry] = []
        for kernel: Window.Extent in [1, 3, 5, .init(2, 7)] {
            for padding in paddings {
                let (inputs, filters) = channels[geometries.count % channels.count]
                let batch = geometries.count.isMultiple(of: 2) ? 16 : 32
                geometries.append(
                    Geometry(
                        images: Shape([batch, inputs, 6, 9]), filters: filters, groups: 1,
                        window: try Window(kernel: kernel, padding: padding)))
            }
        }
        return geometries
    }

    /// Every combination of kernel, stride, padding and dilation that fits, with channels, groups, batch and image size
    /// taking turns.
    private static func systematicGeometries() throws -> [Geometry] {
        let kernels: [Window.Extent] = [1, 3, .init(3, 2), 5]
        let strides: [Window.Extent] = [1, 2, .init(2, 1)]
        let paddings = [Window.Padding(0), Window.Padding(1), Window.Padding(top: 0, left: 2, bottom: 1, right: 0)]
        // Channels, filters, groups: one, three, odd numbers, vector lengths, groups, and depthwise with and without
        // several filters per channel.
        let channels = [
            (1, 1, 1), (3, 16, 1), (16, 17, 1), (17, 3, 1), (4, 6, 2), (16, 16, 16), (17, 17, 17), (3, 6, 3),
            (32, 32, 2),
        ]
        let sizes = [(7, 7), (9, 8), (12, 11), (6, 13)]
        let batches = [1, 2, 3]
        var geometries: [Geometry] = []
        for kernel in kernels {
            for stride in strides {
                for padding in paddings {
                    for dilation in [Window.Extent(1), Window.Extent(2)] {
                        let turn = geometries.count
                        let (inputs, filters, groups) = channels[turn % channels.count]
                        let (height, width) = sizes[turn % sizes.count]
                        let window = try Window(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
                        guard (try? window.resultSizes(over: [height, width], of: "Convolution")) != nil else {
                            continue
                        }
                        geometries.append(
                            Geometry(
                                images: Shape([batches[turn % batches.count], inputs, height, width]), filters: filters,
                                groups: groups, window: window))
                    }
                }
            }
        }
        return geometries
    }

    /// One spatial axis: every combination of kernel, stride, dilation and padding, with channels, groups, batch and
    /// length taking turns; as few channels as side-by-side kernels need, and kernels as long as the sequence.
    private static func sequences() throws -> [Geometry] {
        let channels = [(1, 6, 1), (16, 17, 1), (3, 6, 3), (17, 3, 1), (32, 32, 2), (16, 16, 16), (4, 6, 2)]
        var geometries: [Geometry] = []
        for kernel in [1, 3, 4] {
            for (stride, dilation) in [(1, 1), (2, 1), (1, 2), (3, 2)] {
                for (before, after) in [(0, 0), (1, 1), (0, 3)] {
                    let turn = geometries.count
                    let (inputs, filters, groups) = channels[turn % channels.count]
                    let axis = Window.Axis(
                        kernel: kernel, stride: stride, dilation: dilation, before: before, after: after)
                    geometries.append(
                        Geometry(
                            images: Shape([[1, 2, 16][turn % 3], inputs, [7, 12, 33][turn % 3]]), filters: filters,
                            groups: groups, window: try Window(axes: [axis])))
                }
            }
        }
        // Sequences of several vectors, windows that reach beyond them, and more channels than a tile has.
        let far: [(Shape, Int, Window.Axis)] = [
            ([1, 3, 9], 4, .init(kernel: 9)),
            ([3, 25, 130], 7, .init(kernel: 7, dilation: 16, before: 96)),
            ([2, 16, 70], 32, .init(kernel: 3, dilation: 40, before: 80)),
            ([1, 9, 1100], 13, .init(kernel: 5, dilation: 2, before: 2, after: 9)),
            ([2, 4, 20], 5, .init(kernel: 2, dilation: 30, before: 41, after: 12)),
            ([40, 5, 21], 11, .init(kernel: 3, before: 5)),
        ]
        return try geometries + far.map { Geometry(images: $0, filters: $1, groups: 1, window: try Window(axes: [$2])) }
    }

    /// Three spatial axes, each with its own kernel, stride, dilation and padding.
    private static func volumes() throws -> [Geometry] {
        func geometry(_ images: Shape, _ filters: Int, groups: Int = 1, _ axes: Window.Axis...) throws -> Geometry {
            Geometry(images: images, filters: filters, groups: groups, window: try Window(axes: axes))
        }
        let same = Window.Axis(kernel: 3, before: 1, after: 1)
        return try [
            geometry([2, 3, 4, 5, 6], 5, same, same, same),
            geometry([1, 16, 4, 5, 4], 17, same, same, same),
            geometry(
                [1, 4, 5, 6, 7], 6, groups: 2, .init(kernel: 3, stride: 2, before: 1), .init(kernel: 2, after: 1),
                .init(kernel: 3, dilation: 2, before: 2, after: 1)),
            geometry(
                [2, 17, 3, 4, 5], 17, groups: 17, .init(kernel: 2), .init(kernel: 3, before: 1, after: 1),
                .init(kernel: 3, stride: 2)),
            geometry([16, 1, 4, 4, 4], 6, .init(kernel: 3), .init(kernel: 1), .init(kernel: 2)),
            geometry([1, 16, 3, 3, 3], 32, .init(kernel: 1), .init(kernel: 1), .init(kernel: 1)),
            geometry([1, 2, 3, 4, 2], 3, .init(kernel: 3), .init(kernel: 4), .init(kernel: 2)),
        ]
    }

    /// Layers of well-known networks, at a size that the reference can compute.
    private static func typicalGeometries() throws -> [Geometry] {
        [
            // LeNet-5: both convolutions.
            Geometry(images: [2, 1, 28, 28], filters: 6, groups: 1, window: try Window(kernel: 5, padding: .init(2))),
            Geometry(images: [2, 6, 14, 14], filters: 16, groups: 1, window: try Window(kernel: 5)),
            // ResNet: stem, 3×3 (a candidate for Winograd's algorithm), and 1×1 with stride.
            Geometry(
                images: [1, 3, 32, 32], filters: 16, groups: 1,
                window: try Window(kernel: 7, stride: 2, padding: .init(3))),
            Geometry(
                images: [1, 32, 14, 14], filters: 32, groups: 1, window: try Window(kernel: 3, padding: .init(1))),
            Geometry(images: [2, 16, 8, 8], filters: 32, groups: 1, window: try Window(kernel: 1, stride: 2)),
            // MobileNet: depthwise with stride.
            Geometry(
                images: [2, 24, 9, 9], filters: 24, groups: 24,
                window: try Window(kernel: 3, stride: 2, padding: .init(1))),
            // The window exactly covers the image, and stride skips its last column.
            Geometry(images: [1, 2, 5, 4], filters: 3, groups: 1, window: try Window(kernel: .init(5, 4))),
            Geometry(images: [1, 2, 4, 6], filters: 3, groups: 1, window: try Window(kernel: 1, stride: 4)),
            // More padding than kernel: some results are the bias alone.
            Geometry(images: [1, 2, 3, 3], filters: 3, groups: 1, window: try Window(kernel: 2, padding: .init(3))),
        ]
    }

    /// The geometry as a ``FusedConvolution``, with residuals and activations taking turns.
    private static func fusedCase(of geometry: Geometry, withBias: Bool, turn: Int) throws -> OperationCase {
        let (convolution, images, filters) = geometry.drawn
        let result = try convolution.resultTypes(of: [images.type(.float32), filters.type(.float32)])[0]
        let activations: [(any Activation)?] = [
            nil, ReLU(), ReLU6(), LeakyReLU(negativeSlope: 0.2), ELU(), GELU(), SiLU(), Sigmoid(), Tanh(), Softplus(),
            Mish(), HardSigmoid(), HardSwish(),
        ]
        let addsResidual = turn % 4 < 2
        let bias = withBias ? [OperandDraw([geometry.filters])] : []
        let residual = addsResidual ? [OperandDraw(result.shape)] : []
        return OperationCase(
            FusedConvolution(
                convolution, hasBias: withBias, addsResidual: addsResidual,
                activation: activations[turn % activations.count].map(FusedActivation.init)),
            [images, filters] + bias + residual)
    }

    private static func cases(of geometry: Geometry, withBias: Bool) throws -> [OperationCase] {
        let (window, groups) = (geometry.window, geometry.groups)
        let (convolution, images, filters) = geometry.drawn
        let result = try convolution.resultTypes(of: [images.type(.float32), filters.type(.float32)])[0]
        let upstream = OperandDraw(result.shape)
        let bias = withBias ? [OperandDraw([geometry.filters])] : []
        return [
            OperationCase(convolution, [images, filters] + bias, differentiable: withBias ? [0, 1, 2] : [0, 1]),
            OperationCase(
                ConvolutionInputGradient(window, groups: groups, inputShape: geometry.images), [upstream, filters],
                differentiable: [0, 1]),
            OperationCase(
                ConvolutionFilterGradient(window, groups: groups, withBias: withBias), [images, upstream],
                differentiable: [0, 1], differentiableResults: withBias ? [0, 1] : [0]),
        ]
    }
}
