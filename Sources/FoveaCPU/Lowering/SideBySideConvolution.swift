import CFoveaCPU
import FoveaGraph

/// A convolution over two axes, with few channels and over many images, and its gradients: hand-written kernels over
/// vectors of images.
///
/// oneDNN's vectors hold channels of one image: of 6 channels in vectors of 16, ten lanes compute nothing. The rule
/// depends on sizes only, so that a convolution and its gradients agree on the layout.
struct SideBySideConvolution {
    private let geometry: ConvolutionGeometry
    private let sizes: fovea_side_by_side

    /// Nil where oneDNN's kernels are better.
    init?(_ geometry: ConvolutionGeometry) {
        guard let (rows, columns) = geometry.window.rowsAndColumns else { return nil }
        let (channels, filters) = (geometry.images[1], geometry.filters[0])
        // oneDNN reads images of up to three channels as they are.
        let wastesVectors = filters < 16 || (channels > 3 && channels < 16)
        guard geometry.groups == 1, wastesVectors, channels <= 16, filters <= 32,
            geometry.images[0].isMultiple(of: 16), rows.stride == 1, columns.stride == 1, rows.dilation == 1,
            columns.dilation == 1,
            geometry.results[3] <= 1024, geometry.results.elementCount > 0
        else { return nil }
        self.geometry = geometry
        sizes = fovea_side_by_side(
            blocks: geometry.images[0] / 16, channels: channels, height: geometry.images[2],
            width: geometry.images[3], filters: filters, kernel_height: rows.kernel,
            kernel_width: columns.kernel, top: rows.before, left: columns.before,
            result_height: geometry.results[2], result_width: geometry.results[3])
    }

    /// The result of the convolution of a node.
    func convolved(_ node: NodeLowering, rectified: Bool) throws -> Stored {
        var reads = [try sideBySide(node.operand(0), node), try node.plainOperand(1)]
        if geometry.withBias { reads.append(try node.plainOperand(2)) }
        return try run(node, "side by side", sizes, reads, transposed: false, rectified, geometry.results)
    }

    /// The gradient with respect to the images: a convolution of the upstream gradient with the mirrored filters.
    func inputGradient(_ node: NodeLowering) throws -> Stored {
        var sizes = sizes
        (sizes.channels, sizes.filters) = (sizes.filters, sizes.channels)
        (sizes.height, sizes.result_height) = (sizes.result_height, sizes.height)
        (sizes.width, sizes.result_width) = (sizes.result_width, sizes.width)
        // Wraps around where the padding is wider than the kernel, like offsets in the loop.
        sizes.top = sizes.kernel_height &- 1 &- sizes.top
        sizes.left = sizes.kernel_width &- 1 &- sizes.left
        let reads = [try sideBySide(node.operand(0), node), try node.plainOperand(1)]
        return try run(node, "side by side", sizes, reads, transposed: true, false, geometry.images)
    }

    private func run(
        _ node: NodeLowering, _ kernel: String, _ sizes: fovea_side_by_side, _ reads: [Stored], transposed: Bool,
        _ rectified: Bool, _ shape: Shape
    ) throws -> Stored {
        var sizes = sizes
        let result = node.allocate(try .sideBySide(shape.dimensions))
        let scratch = node.allocate(try Layout(plain: [unsafe fovea_side_by_side_scratch(&sizes)]))
        node.run(kernel: kernel, reads: reads, writes: [result, scratch]) { [sizes] memory in
            var sizes = sizes
            return {
                // Safe: the sizes are those of the layouts.
                unsafe fovea_side_by_side_convolve(
                    &sizes, memory.operand(0), memory.operand(1), transposed,
                    reads.count > 2 ? memory.operand(2) : nil, rectified, memory.result(0), memory.result(1))
            }
        }
        return result
    }

    /// The gradients with respect to the filters and, if there is one, the bias; plain.
    func filterGradient(_ node: NodeLowering) throws -> (filters: Stored, bias: Stored?) {
        var sizes = sizes
        let reads = [try sideBySide(node.operand(0), node), try sideBySide(node.operand(1), node)]
        let filters = try node.allocatePlain(node.results[0])
        let scratch = node.allocate(try Layout(plain: [unsafe fovea_side_by_side_gradient_scratch(&sizes)]))
        let bias = geometry.withBias ? try node.allocatePlain(node.results[1]) : nil
        node.run(
            kernel: "side by side", reads: reads, writes: [filters, scratch] + (bias.map { [$0] } ?? [])
        ) { [sizes] memory in
            var sizes = sizes
            return {
                // Safe: the sizes are those of the layouts.
                unsafe fovea_side_by_side_filter_gradient(
                    &sizes, memory.operand(0), memory.operand(1), memory.result(0),
                    bias == nil ? nil : memory.result(2), memory.result(1))
            }
        }
        return (filters, bias)
    }

    private func sideBySide(_ images: Stored, _ node: NodeLowering) throws -> Stored {
        try node.reorder(images, to: .sideBySide(images.layout.dimensions))
    }
}
