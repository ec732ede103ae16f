import CFoveaCPU
import FoveaGraph

/// A convolution of each channel with a filter of its own, or the gradient of its input: a hand-written kernel.
///
/// oneDNN's threads share channels, but the convolutions of single pixels around a depthwise one (Howard et al.,
/// "MobileNets", 2017) share pixels, so that half of the tensor in between moves from core to core. These share rows.
struct DepthwiseConvolution: HandWrittenConvolution {
    private let sizes: fovea_depthwise
    private let geometry: ConvolutionGeometry
    /// What is read; of an input's gradient, the gradient of the results.
    private let images: Layout
    private let results: Layout
    private let threads: Int
    /// Whether results' gradients are spread over the pixels of a convolution with stride 2.
    private let spreads: Bool
    /// Whether filters change from run to run, so that a run's time includes packing them.
    private let packsInEachRun: Bool

    let name = "depthwise"
    let mayMistakeNonFinite = false

    /// Nil where the loops do not apply.
    ///
    /// - Parameters:
    ///   - images: the layout of the images, and `results` that of the results.
    init?(
        _ kind: ConvolutionKernel.Kind, _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionKernel.Epilogue,
        images: Layout, results: Layout, threads: Int
    ) {
        let isGradient = kind == .inputGradient
        guard kind != .filterGradient, let (rows, columns) = geometry.depthwiseWindow(images, results),
            !epilogue.addsToResult, let rectifier = epilogue.activation.map(\.rectifier) ?? .some(fovea_no_rectifier)
        else { return nil }
        spreads = isGradient && rows.stride == 2
        // The gradient of an input is else a convolution of that of the results with the filters turned.
        let isTurned = isGradient && !spreads
        let (from, to) = isTurned ? (geometry.results, geometry.images) : (geometry.images, geometry.results)
        let (top, left) =
            isTurned
            ? (rows.kernel - 1 - rows.before, columns.kernel - 1 - columns.before) : (rows.before, columns.before)
        guard top >= 0, left >= 0 else { return nil }
        sizes = fovea_depthwise(
            images: from[0], channels: from[1], height: from[2], width: from[3], result_height: to[2],
            result_width: to[3], kernel_height: rows.kernel, kernel_width: columns.kernel, stride: rows.stride,
            top: top, left: left, lanes: Processor.lanes, turned: isTurned, rectifier: rectifier)
        self.geometry = geometry
        self.images = isGradient ? results : images
        self.results = isGradient ? images : results
        self.threads = threads
        packsInEachRun = kind != .inference
    }

    func results(of node: NodeLowering, adding residual: Int?) throws -> [Stored] {
        precondition(residual == nil, "nothing is added to the result of a depthwise kernel")
        let images = try node.reorder(node.operand(0), to: images)
        let packed = try packedFilters(node)
        let reads = [images, packed] + (geometry.withBias ? [try node.plainOperand(2)] : [])
        let result = node.allocate(results)
        node.run(kernel: name, reads: reads, writes: [result]) { memory in
            // Safe: the sizes are those of the layouts.
            unsafe run(
                memory.operand(0), memory.operand(1), geometry.withBias ? memory.operand(2) : nil, memory.result(0))
        }
        return [result]
    }

    /// The convolution of images that it normalizes as it reads them.
    func convolved(_ node: NodeLowering, normalizing images: NormalizedOperand) throws -> Stored {
        let packed = try packedFilters(node)
        let bias = geometry.withBias ? [try node.plainOperand(2)] : []
        let result = node.allocate(results)
        var sizes = sizes
        let scratch = unsafe fovea_depthwise_normalized_scratch(&sizes, threads)
        node.run(
            kernel: "\(name) of normalized", reads: images.reads + [packed] + bias,
            writes: [result, node.allocate(try Layout(plain: [scratch / 4]))], including: images.feeder
        ) { [sizes] memory in
            let normalization = unsafe images.normalization(in: memory)
            let position = images.reads.count
            return {
                // Safe: the sizes are those of the layouts.
                var (sizes, normalization) = unsafe (sizes, normalization)
                unsafe fovea_depthwise_convolve_normalized(
                    &sizes, &normalization, threads, memory.operand(0), memory.operand(position),
                    bias.isEmpty ? nil : memory.operand(position + 1), memory.result(0),
                    memory.result(1, of: UInt8.self))
            }
        }
        return result
    }

    private func packedFilters(_ node: NodeLowering) throws -> Stored {
        let packed = node.allocate(try filterLayout)
        node.run(
            kernel: "\(name) filters", reads: [try node.plainOperand(1)], writes: [packed], isSideWork: true
        ) { [sizes] memory in
            {
                // Safe: the sizes are those of the layouts.
                var sizes = sizes
                unsafe fovea_depthwise_pack(&sizes, memory.operand(0), memory.result(0))
            }
        }
        return packed
    }

    func timed() throws -> KernelTimer.Candidate {
        let plain = try Layout(plain: geometry.filters.dimensions)
        let bias = geometry.withBias ? [try Layout(plain: [geometry.filters[0]])] : []
        let layouts = [images, try filterLayout, results, plain] + bias
        return unsafe KernelTimer.Candidate(layouts: layouts, threads: threads) { memory in
            // Safe: the memory is that of the layouts.
            let pointers = unsafe memory.map { unsafe $0.assumingMemoryBound(to: Float.self) }
            let convolve = unsafe run(
                pointers[0], pointers[1], geometry.withBias ? pointers[4] : nil, pointers[2])
            guard packsInEachRun else { return convolve }
            return {
                var sizes = sizes
                unsafe fovea_depthwise_pack(&sizes, pointers[3], pointers[1])
                convolve()
            }
        }
    }

    private func run(
        _ images: UnsafePointer<Float>, _ filters: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
        _ results: UnsafeMutablePointer<Float>
    ) -> () -> Void {
        {
            var sizes = sizes
            if spreads {
                unsafe fovea_depthwise_spread(&sizes, images, filters, results)
            } else {
                unsafe fovea_depthwise_convolve(&sizes, images, filters, bias, results)
            }
        }
    }

    private var filterLayout: Layout {
        get throws {
            var sizes = sizes
            return try Layout(plain: [unsafe fovea_depthwise_filter_count(&sizes)])
        }
    }
}

extension ConvolutionGeometry {
    /// The window of a convolution, or of one of its gradients, that the depthwise loops can run; nil for any other.
    ///
    /// - Parameters:
    ///   - images: the layout of the images, and `results` that of the results.
    func depthwiseWindow(_ images: Layout, _ results: Layout) -> (rows: Window.Axis, columns: Window.Axis)? {
        let lanes = Processor.lanes
        guard lanes >= 8, let (rows, columns) = window.rowsAndColumns, groups == self.images[1], filters[0] == groups,
            groups.isMultiple(of: 16), rows.stride == columns.stride, (1...2).contains(rows.stride),
            rows.dilation == 1, columns.dilation == 1, self.results.elementCount > 0,
            images.adjacentChannels == lanes, results.adjacentChannels == lanes, images.isUnpadded, results.isUnpadded
        else { return nil }
        return (rows, columns)
    }
}
