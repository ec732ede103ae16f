import CFoveaCPU
import FoveaGraph

/// The gradient of a convolution's filters: a hand-written kernel.
///
/// oneDNN's threads write sums of their own in blocks, which are added and then put into rows; its loops read results'
/// gradients once for a block of channels. These take several blocks of channels, or places of the window, at a time, and
/// write rows. Padding is copied with the images: there is no border to treat.
struct PanelFilterGradient: HandWrittenConvolution {
    private let sizes: fovea_filter_gradient
    private let geometry: ConvolutionGeometry
    private let images: Layout
    private let results: Layout

    let name = "panels"
    let mayMistakeNonFinite = false

    /// Nil where the loops do not apply.
    ///
    /// - Parameters:
    ///   - images: the layout of the images, and `results` that of the results' gradients.
    init?(
        _ kind: ConvolutionKernel.Kind, _ geometry: ConvolutionGeometry, images: Layout, results: Layout, threads: Int
    ) {
        let lanes = Processor.lanes
        guard kind == .filterGradient, lanes >= 8, let (rows, columns) = geometry.window.rowsAndColumns,
            geometry.groups == 1, rows.dilation == 1, columns.dilation == 1, geometry.results.elementCount > 0,
            geometry.filters.elementCount > 0, images.adjacentChannels == lanes, results.adjacentChannels == lanes,
            lanes == 16 || geometry.images[1].isMultiple(of: 16)
        else { return nil }
        sizes = fovea_filter_gradient(
            images: geometry.images[0], channels: geometry.images[1], height: geometry.images[2],
            width: geometry.images[3], filters: geometry.filters[0], result_height: geometry.results[2],
            result_width: geometry.results[3], kernel_height: rows.kernel, kernel_width: columns.kernel,
            vertical_stride: rows.stride, horizontal_stride: columns.stride, top: rows.before, left: columns.before,
            lanes: lanes, threads: threads)
        self.geometry = geometry
        self.images = images
        self.results = results
    }

    func results(of node: NodeLowering, adding residual: Int?) throws -> [Stored] {
        precondition(residual == nil, "nothing is added to the gradient of filters")
        let reads = [try node.reorder(node.operand(0), to: images), try node.reorder(node.operand(1), to: results)]
        let gradients = try node.results.map { try node.allocatePlain($0) }
        let hasBias = gradients.count > 1
        node.run(kernel: name, reads: reads, writes: [node.allocate(try scratchLayout)] + gradients) {
            [sizes] memory in
            {
                // Safe: the sizes are those of the layouts.
                var sizes = sizes
                unsafe fovea_compute_filter_gradient(
                    &sizes, memory.operand(0), memory.operand(1), memory.result(1),
                    hasBias ? memory.result(2) : nil, memory.result(0, of: UInt8.self))
            }
        }
        return gradients
    }

    func timed() throws -> KernelTimer.Candidate {
        let layouts = [images, results, try Layout(plain: geometry.filters.dimensions), try scratchLayout]
        return unsafe KernelTimer.Candidate(layouts: layouts, threads: sizes.threads) { [sizes] memory in
            // Safe: the memory is that of the layouts.
            let pointers = unsafe memory.map { unsafe $0.assumingMemoryBound(to: Float.self) }
            return {
                var sizes = sizes
                unsafe fovea_compute_filter_gradient(
                    &sizes, pointers[0], pointers[1], pointers[2], nil, pointers[3])
            }
        }
    }

    private var scratchLayout: Layout {
        get throws {
            var sizes = sizes
            return try Layout(plain: [unsafe fovea_filter_gradient_scratch(&sizes) / 4])
        }
    }
}
