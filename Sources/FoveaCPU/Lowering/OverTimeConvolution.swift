import CFoveaCPU
import FoveaFoundation
import FoveaGraph

/// A convolution over one axis of stride 1, and its gradients: hand-written kernels over vectors of steps, for sequences that
/// lie as they are.
///
/// oneDNN's vectors hold channels: of 25 in vectors of 16, seven lanes in 32 compute nothing. And its direct kernels refuse
/// windows that reach far, as a temporal convolutional network's do; matrix products of copied patches take their place.
/// The rule depends on sizes only, so that a convolution and its gradients agree on the layout.
struct OverTimeConvolution {
    private let geometry: ConvolutionGeometry
    private let sizes: fovea_over_time

    /// The farthest that padding reaches into the registers of oneDNN's direct kernels.
    private static let shortReach = 28
    /// Each thread copies a sequence with zeros around it: longer ones are left to oneDNN.
    private static let mostCopied = 1 << 22

    /// Nil where oneDNN's kernels are better.
    init?(_ geometry: ConvolutionGeometry) {
        guard geometry.window.axes.count == 1, geometry.groups == 1, geometry.results.elementCount > 0 else {
            return nil
        }
        let axis = geometry.window.axes[0]
        let (channels, filters) = (geometry.images[1], geometry.filters[0])
        let longest = max(geometry.images[2], geometry.results[2]) + axis.span
        guard axis.stride == 1, saturatingProduct(max(channels, filters), longest) <= Self.mostCopied else {
            return nil
        }
        guard
            max(axis.before, axis.after) > Self.shortReach || Self.wastesVectors(channels)
                || Self.wastesVectors(filters)
        else { return nil }
        self.geometry = geometry
        sizes = fovea_over_time(
            sequences: geometry.images[0], channels: channels, steps: geometry.images[2], filters: filters,
            taps: axis.kernel, dilation: axis.dilation, before: axis.before, result_steps: geometry.results[2])
    }

    /// Whether more than a tenth of the lanes of vectors of channels would be empty.
    private static func wastesVectors(_ channels: Int) -> Bool {
        // oneDNN reads up to three channels as they are.
        guard channels > 3 else { return false }
        let lanes = (channels + 15) / 16 * 16
        return (lanes - channels) * 10 > lanes
    }

    /// The result of the convolution of a node.
    ///
    /// - Parameter residual: the operand that is added to the result.
    func convolved(_ node: NodeLowering, adding residual: Int?, rectified: Bool) throws -> Stored {
        var reads = [try node.plainOperand(0), try node.plainOperand(1)]
        if geometry.withBias { reads.append(try node.plainOperand(2)) }
        let layout = try Layout(plain: geometry.results.dimensions)
        let result =
            try residual.map { try node.overwritable($0, in: layout, besides: reads) } ?? node.allocate(layout)
        try run(node, sizes, reads, into: result, transposed: false, adds: residual != nil, rectified: rectified)
        return result
    }

    /// The gradient with respect to the sequences: a convolution of the upstream gradient with the mirrored filters.
    func inputGradient(_ node: NodeLowering) throws -> Stored {
        var sizes = sizes
        (sizes.channels, sizes.filters) = (sizes.filters, sizes.channels)
        (sizes.steps, sizes.result_steps) = (sizes.result_steps, sizes.steps)
        sizes.before = (sizes.taps - 1) * sizes.dilation - sizes.before
        let result = node.allocate(try Layout(plain: geometry.images.dimensions))
        let reads = [try node.plainOperand(0), try node.plainOperand(1)]
        try run(node, sizes, reads, into: result, transposed: true, adds: false, rectified: false)
        return result
    }

    private func run(
        _ node: NodeLowering, _ sizes: fovea_over_time, _ reads: [Stored], into result: Stored, transposed: Bool,
        adds: Bool, rectified: Bool
    ) throws {
        var sizes = sizes
        let scratch = node.allocate(try Layout(plain: [unsafe fovea_over_time_scratch(&sizes)]))
        let hasBias = reads.count > 2
        node.run(kernel: "over time", reads: adds ? reads + [result] : reads, writes: [result, scratch]) {
            [sizes] memory in
            {
                var sizes = sizes
                // Safe: the sizes are those of the layouts.
                unsafe fovea_over_time_convolve(
                    &sizes, memory.operand(0), memory.operand(1), transposed, hasBias ? memory.operand(2) : nil, adds,
                    rectified, memory.result(0), memory.result(1))
            }
        }
    }

    /// The gradient with respect to the filters; plain.
    func filterGradient(_ node: NodeLowering) throws -> (filters: Stored, upstream: Stored) {
        var sizes = sizes
        let reads = [try node.plainOperand(0), try node.plainOperand(1)]
        let filters = try node.allocatePlain(node.results[0])
        let scratch = node.allocate(try Layout(plain: [unsafe fovea_over_time_gradient_scratch(&sizes)]))
        node.run(kernel: "over time", reads: reads, writes: [filters, scratch]) { [sizes] memory in
            {
                var sizes = sizes
                // Safe: the sizes are those of the layouts.
                unsafe fovea_over_time_filter_gradient(
                    &sizes, memory.operand(0), memory.operand(1), memory.result(0), memory.result(1))
            }
        }
        return (filters, reads[1])
    }
}
