import CFoveaCPU
import FoveaGraph

/// The gradient of the filters of a convolution of each channel with one of its own: a hand-written kernel.
///
/// Its threads share rows, as those of the convolution do, and it can normalize the images as it reads them.
struct DepthwiseFilterGradient: HandWrittenConvolution {
    private let sizes: fovea_depthwise
    private let geometry: ConvolutionGeometry
    private let images: Layout
    private let results: Layout
    private let threads: Int

    let name = "depthwise"
    let mayMistakeNonFinite = false

    /// Nil where the loops do not apply.
    ///
    /// - Parameters:
    ///   - images: the layout of the images, and `results` that of the results' gradients.
    init?(
        _ kind: ConvolutionKernel.Kind, _ geometry: ConvolutionGeometry, images: Layout, results: Layout, threads: Int
    ) {
        guard kind == .filterGradient, let (rows, columns) = geometry.depthwiseWindow(images, results) else {
            return nil
        }
        sizes = fovea_depthwise(
            images: geometry.images[0], channels: geometry.images[1], height: geometry.images[2],
            width: geometry.images[3], result_height: geometry.results[2], result_width: geometry.results[3],
            kernel_height: rows.kernel, kernel_width: columns.kernel, stride: rows.stride, top: rows.before,
            left: columns.before, lanes: Processor.lanes, turned: false, rectifier: fovea_no_rectifier)
        self.geometry = geometry
        self.images = images
        self.results = results
        self.threads = threads
    }

    func results(of node: NodeLowering, adding residual: Int?) throws -> [Stored] {
        precondition(residual == nil, "nothing is added to the gradient of filters")
        return try gradients(of: node, reads: [node.reorder(node.operand(0), to: images)], normalizing: nil)
    }

    /// The gradients where it normalizes the images as it reads them.
    func results(of node: NodeLowering, normalizing images: NormalizedOperand) throws -> [Stored] {
        try gradients(of: node, reads: images.reads, normalizing: images)
    }

    private func gradients(
        of node: NodeLowering, reads: [Stored], normalizing normalized: NormalizedOperand?
    ) throws -> [Stored] {
        let upstream = try node.reorder(node.operand(1), to: results)
        let filters = try node.allocatePlain(node.results[0])
        node.run(
            kernel: normalized == nil ? name : "\(name) of normalized", reads: reads + [upstream],
            writes: [filters, node.allocate(try scratchLayout)], including: normalized?.feeder
        ) { [sizes, threads] memory in
            let normalization = unsafe normalized?.normalization(in: memory)
            return {
                // Safe: the sizes are those of the layouts.
                var sizes = sizes
                func differentiate(_ normalization: UnsafePointer<fovea_channel_normalization>?) {
                    unsafe fovea_depthwise_filter_gradient(
                        &sizes, normalization, threads, memory.operand(0), memory.operand(reads.count),
                        memory.result(0), memory.result(1, of: UInt8.self))
                }
                if var normalization = unsafe normalization {
                    unsafe differentiate(&normalization)
                } else {
                    differentiate(nil)
                }
            }
        }
        return node.results.count > 1 ? [filters, try node.sumOfPixels(upstream)] : [filters]
    }

    func timed() throws -> KernelTimer.Candidate {
        let layouts = [images, results, try Layout(plain: geometry.filters.dimensions), try scratchLayout]
        return unsafe KernelTimer.Candidate(layouts: layouts, threads: threads) { [sizes, threads] memory in
            // Safe: the memory is that of the layouts.
            let pointers = unsafe memory.map { unsafe $0.assumingMemoryBound(to: Float.self) }
            return {
                var sizes = sizes
                unsafe fovea_depthwise_filter_gradient(
                    &sizes, nil, threads, pointers[0], pointers[1], pointers[2], pointers[3])
            }
        }
    }

    private var scratchLayout: Layout {
        get throws {
            var sizes = sizes
            return try Layout(plain: [unsafe fovea_depthwise_filter_gradient_scratch(&sizes, threads) / 4])
        }
    }
}
