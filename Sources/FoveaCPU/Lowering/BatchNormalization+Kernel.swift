import CFoveaCPU
import FoveaGraph

// Normalization in training: hand-written kernels in which neighbouring operations cost no pass over memory, and whose
// second pass finds in the cache as much as fits there.

extension BatchNormalization: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerNormalization(epsilon, residual: nil, rectifier: nil) }
}

extension FusedBatchNormalization: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        BatchNormalization().isSupported(operands: operands, results: results)
            && activation.map { $0.operation is any KernelRectifier } ?? true
    }

    func lower(_ node: NodeLowering) throws {
        try node.lowerNormalization(epsilon, residual: addsResidual ? 3 : nil, rectifier: activation)
    }
}

extension FusedBatchNormalizationInference: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        BatchNormalizationInference().isSupported(operands: operands, results: results)
            && activation.map { $0.operation is any KernelRectifier } ?? true
    }

    func lower(_ node: NodeLowering) throws { try node.lowerGivenNormalization(epsilon, rectifier: activation) }
}

extension BatchNormalizationGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        try node.lowerNormalizationGradient(epsilon, rectifier: nil, recomputesResult: false, upstream: [4])
    }
}

extension FusedBatchNormalizationGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        BatchNormalizationGradient().isSupported(operands: operands, results: results)
            && activation.map { $0.operation is any KernelRectifier } ?? true
    }

    func lower(_ node: NodeLowering) throws {
        try node.lowerNormalizationGradient(
            epsilon, rectifier: activation, recomputesResult: recomputesResult,
            upstream: Array(upstreamPosition..<node.operands.count))
    }
}

/// A rectifier that the normalization kernels know.
protocol KernelRectifier: Rectifier {
    var rectifier: fovea_rectifier { get }
}

extension ReLU: KernelRectifier { var rectifier: fovea_rectifier { fovea_rectify } }
extension ReLU6: KernelRectifier { var rectifier: fovea_rectifier { fovea_rectify_to_6 } }

extension NodeLowering {
    /// Images in a usual layout; [N, C], and images of more axes than there are layouts for, as images of one column.
    func normalizedOperand(_ position: Int) throws -> Stored {
        let shape = operands[position].shape
        if hasImageLayouts(shape) { return try carriedOperand(position) }
        let plain = try plainOperand(position)
        return plain.viewed(as: try plain.layout.reshaped(to: [shape[0], shape[1], shape.pixelCount, 1]))
    }

    private func hasImageLayouts(_ shape: Shape) -> Bool { (1...Layout.mostSpatialAxes).contains(shape.rank - 2) }

    /// Delivers a result in the shape that it has in the graph.
    func deliverNormalized(_ value: Stored, as result: Int = 0) throws {
        let shape = results[result].shape
        deliver(
            hasImageLayouts(shape) ? value : value.viewed(as: try value.layout.reshaped(to: shape.dimensions)),
            as: result)
    }

    /// Normalization by given statistics.
    func lowerGivenNormalization(_ epsilon: Double, rectifier: FusedActivation?) throws {
        let x = try normalizedOperand(0)
        let y = allocate(x.layout)
        let loops = fovea_normalization(x.layout, epsilon: epsilon, rectifier: rectifier)
        run(
            kernel: "normalize", reads: [x] + (try (1...4).map { try plainOperand($0) }),
            writes: [y, try allocateWorkspace(loops)], inPlace: [(result: y, operand: x)]
        ) { memory in
            var loops = loops
            return {
                // Safe: x and y have the layout that the loops were made for, the rest a number per channel.
                unsafe fovea_normalize_given(
                    &loops, memory.operand(0), memory.operand(1), memory.operand(2), memory.operand(3),
                    memory.operand(4), memory.result(0), memory.result(1))
            }
        }
        try deliverNormalized(y)
    }

    /// The statistics of a normalization in training, without its result.
    func measureChannels(of x: Stored, mean: Stored, variance: Stored) throws {
        let loops = fovea_normalization(x.layout, epsilon: 0, rectifier: nil)
        run(kernel: "statistics", reads: [x], writes: [mean, variance, try allocateWorkspace(loops)]) { memory in
            var loops = loops
            return {
                // Safe: x has the layout that the loops were made for, mean and variance a number per channel.
                unsafe fovea_measure_channels(
                    &loops, memory.operand(0), memory.result(0), memory.result(1), memory.result(2))
            }
        }
    }

    /// - Parameter residual: the operand that is added.
    fileprivate func lowerNormalization(_ epsilon: Double, residual: Int?, rectifier: FusedActivation?) throws {
        let x = try normalizedOperand(0)
        let added = try residual.map { try reorder(normalizedOperand($0), to: x.layout) }
        let y = allocate(x.layout)
        let (mean, variance) = (try allocatePlain(results[1]), try allocatePlain(results[2]))
        let loops = fovea_normalization(x.layout, epsilon: epsilon, rectifier: rectifier)
        run(
            kernel: "normalize", reads: [x, try plainOperand(1), try plainOperand(2)] + (added.map { [$0] } ?? []),
            writes: [y, mean, variance, try allocateWorkspace(loops)],
            inPlace: (added.map { [(result: y, operand: $0)] } ?? []) + [(result: y, operand: x)]
        ) { memory in
            var loops = loops
            return {
                // Safe: x, y and the residual have the layout that the loops were made for, the rest a number per channel.
                unsafe fovea_normalize(
                    &loops, memory.operand(0), memory.operand(1), memory.operand(2),
                    residual == nil ? nil : memory.operand(3), memory.result(0), memory.result(1), memory.result(2),
                    memory.result(3))
            }
        }
        try deliverNormalized(y)
        deliver(mean, as: 1)
        deliver(variance, as: 2)
    }

    /// - Parameter upstream: the operands, one or two, whose sum is the upstream gradient.
    fileprivate func lowerNormalizationGradient(
        _ epsilon: Double, rectifier: FusedActivation?, recomputesResult: Bool, upstream: [Int]
    ) throws {
        let x = try normalizedOperand(0)
        let bias = rectifier != nil && recomputesResult ? try plainOperand(4) : nil
        let y = rectifier != nil && !recomputesResult ? try reorder(normalizedOperand(4), to: x.layout) : nil
        let gradients = try upstream.map { try reorder(normalizedOperand($0), to: x.layout) }
        let gradient = allocate(x.layout)
        let (forScale, forBias) = (try allocatePlain(results[1]), try allocatePlain(results[2]))
        let handedOn = results.count == 4 ? allocate(x.layout) : nil
        let loops = fovea_normalization(x.layout, epsilon: epsilon, rectifier: rectifier)
        // The rectified gradient overwrites a tensor that it is computed from: as a result, or where the gradient will
        // be. Only where it does not wait there may the gradient overwrite x.
        let sources = gradients + (y.map { [$0] } ?? [])
        var inPlace = sources.map { (result: handedOn ?? gradient, operand: $0) }
        if handedOn != nil || sources.count == 1 { inPlace.append((gradient, x)) }
        let optional = ((bias ?? y).map { [$0] } ?? [])
        let (hasBias, hasResult, hasSecond) = (bias != nil, y != nil, gradients.count == 2)
        let (position, givesUpstream) = (4 + optional.count, handedOn != nil)
        run(
            kernel: "normalize gradient",
            reads: [x, try plainOperand(1), try plainOperand(2), try plainOperand(3)] + optional + gradients,
            writes: [gradient, forScale, forBias, try allocateWorkspace(loops)] + (handedOn.map { [$0] } ?? []),
            inPlace: inPlace
        ) { memory in
            var loops = loops
            return {
                // Safe: x, y and the gradients have the layout that the loops were made for, the rest a number per channel.
                unsafe fovea_normalize_gradient(
                    &loops, memory.operand(0), memory.operand(1), hasBias ? memory.operand(4) : nil, memory.operand(2),
                    memory.operand(3), hasResult ? memory.operand(4) : nil, memory.operand(position),
                    hasSecond ? memory.operand(position + 1) : nil, memory.result(0), memory.result(1),
                    memory.result(2), givesUpstream ? memory.result(4) : nil, memory.result(3))
            }
        }
        try deliverNormalized(gradient)
        deliver(forScale, as: 1)
        deliver(forBias, as: 2)
        if let handedOn { try deliverNormalized(handedOn, as: 3) }
    }

    fileprivate func allocateWorkspace(_ loops: fovea_normalization) throws -> Stored {
        var loops = loops
        return allocate(try Layout(plain: [unsafe fovea_normalization_workspace(&loops) / 4]))
    }
}

extension fovea_normalization {
    /// - Parameter images: a layout with adjacent channels.
    fileprivate init(_ images: Layout, epsilon: Double, rectifier: FusedActivation?) {
        guard var lanes = images.adjacentChannels else { preconditionFailure("a layout of images was asked for") }
        let (batch, channels, area) = (
            images.dimensions[0], images.dimensions[1], images.dimensions[2...].reduce(1, *)
        )
        let known = (rectifier?.operation as? any KernelRectifier)?.rectifier ?? fovea_no_rectifier
        if lanes == channels || area == 1 && lanes == 1 {
            // All channels of a pixel, then those of the next one.
            lanes = [1, 2, 4, 8, 16].contains(channels) ? channels : 16
            self.init(
                images: 1, channels: channels, pixels: batch * area, lanes: lanes, image_stride: 0,
                block_stride: lanes, pixel_stride: channels, epsilon: epsilon, rectifier: known)
        } else {
            let blocks = (channels + lanes - 1) / lanes
            self.init(
                images: batch, channels: channels, pixels: area, lanes: lanes, image_stride: blocks * area * lanes,
                block_stride: area * lanes, pixel_stride: lanes, epsilon: epsilon, rectifier: known)
        }
    }
}
