import CFoveaCPU
import FoveaGraph

/// The gradient of a convolution's filters: a hand-written kernel.
///
/// oneDNN's threads write sums of their own in blocks, which are added and then put into rows; its loops read results'
/// gradients once for a block of channels. These take several blocks of channels, or places of the window, at a time, and
/// write rows. Padding is copied with the images, so that there is no border to treat; so are images that only this node reads
/// normalized.
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
            lanes: lanes, threads: threads, normalizes: false)
        self.geometry = geometry
        self.images = images
        self.results = results
    }

    func results(of node: NodeLowering, adding residual: Int?) throws -> [Stored] {
        precondition(residual == nil, "nothing is added to the gradient of filters")
        let isAsNeighbours = node.operand(0).layout == images
        let normalized = isAsNeighbours ? try node.takeNormalization(of: 0) : nil
        let reads = try normalized?.reads ?? [node.reorder(node.operand(0), to: images)]
        let upstream = try node.reorder(node.operand(1), to: results)
        let gradients = try node.results.map { try node.allocatePlain($0) }
        let hasBias = gradients.count > 1
        var sizes = sizes
        sizes.normalizes = normalized != nil
        node.run(
            kernel: normalized == nil ? name : "\(name) of normalized", reads: reads + [upstream],
            writes: [node.allocate(try Self.scratchLayout(sizes))] + gradients, including: normalized?.feeder
        ) { [sizes] memory in
            let normalization = unsafe normalized?.normalization(in: memory)
            return {
                // Safe: the sizes are those of the layouts.
                var sizes = sizes
                func differentiate(_ normalization: UnsafePointer<fovea_channel_normalization>?) {
                    unsafe fovea_compute_filter_gradient(
                        &sizes, normalization, memory.operand(0), memory.operand(reads.count), memory.result(1),
                        hasBias ? memory.result(2) : nil, memory.result(0, of: UInt8.self))
                }
                if var normalization = unsafe normalization {
                    unsafe differentiate(&normalization)
                } else {
                    differentiate(nil)
                }
            }
        }
        return gradients
    }

    func timed() throws -> KernelTimer.Candidate {
        let layouts = [images, results, try Layout(plain: geometry.filters.dimensions), try Self.scratchLayout(sizes)]
        return unsafe KernelTimer.Candidate(layouts: layouts, threads: sizes.threads) { [sizes] memory in
            // Safe: the memory is that of the layouts.
            let pointers = unsafe memory.map { unsafe $0.assumingMemoryBound(to: Float.self) }
            return {
                var sizes = sizes
                unsafe fovea_compute_filter_gradient(
                    &sizes, nil, pointers[0], pointers[1], pointers[2], nil, pointers[3])
            }
        }
    }

    private static func scratchLayout(_ sizes: fovea_filter_gradient) throws -> Layout {
        var sizes = sizes
        return try Layout(plain: [unsafe fovea_filter_gradient_scratch(&sizes) / 4])
    }
}
