import CFoveaCPU
import FoveaGraph

/// A 3×3 convolution or the gradient of its input, by tiles that take at most a quarter of the multiplications: a
/// hand-written kernel.
///
/// With AVX-512 oneDNN has kernels that do the same for many tiles. Where there are few, as in a batch of one image, each of
/// their threads reads all transformed filters; these share them, and prefetch from distant memory. With AVX2 it has none.
struct WinogradConvolution: HandWrittenConvolution {
    private let sizes: fovea_winograd
    private let geometry: ConvolutionGeometry
    private let rectified: Bool
    private let addsToResult: Bool
    /// What is read; of an input's gradient, the gradient of the results.
    private let images: Layout
    private let results: Layout
    private let threads: Int
    /// Whether filters change from run to run, so that a run's time includes their transform.
    private let transformsInEachRun: Bool

    /// Transformed filters take up to four times their memory: larger ones than this are left as they are.
    private static let mostWeights = 1 << 24

    /// The tiles that a convolution, or the gradient of its input, could be cut into, each with its kernel; none where the
    /// loops do not apply.
    ///
    /// - Parameters:
    ///   - images: the layout of the images, and `results` that of the results.
    static func kernels(
        _ kind: ConvolutionKernel.Kind, _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionKernel.Epilogue,
        images: Layout, results: Layout, threads: Int
    ) -> [WinogradConvolution] {
        let lanes = Processor.lanes
        // Narrower vectors hold too few sums.
        guard kind != .filterGradient, lanes >= 8, let (rows, columns) = geometry.window.rowsAndColumns,
            geometry.groups == 1,
            [rows, columns].allSatisfy({ $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 }),
            geometry.results.elementCount > 0, geometry.filters.elementCount <= mostWeights,
            [geometry.filters[0], geometry.filters[1]].allSatisfy({ $0.isMultiple(of: 16) }),
            images.adjacentChannels == lanes, results.adjacentChannels == lanes, images.isUnpadded,
            results.isUnpadded, epilogue.activation?.isRectifier ?? true
        else { return [] }
        // The gradient of an input is a convolution of that of the results with the filters turned.
        let isGradient = kind == .inputGradient
        let (from, to) = isGradient ? (geometry.results, geometry.images) : (geometry.images, geometry.results)
        let (top, left) =
            isGradient ? (2 - rows.before, 2 - columns.before) : (rows.before, columns.before)
        guard top >= 0, left >= 0 else { return [] }
        return [4, 2].map { tile in
            WinogradConvolution(
                sizes: fovea_winograd(
                    images: from[0], channels: from[1], filters: to[1], height: from[2], width: from[3],
                    result_height: to[2], result_width: to[3], top: top, left: left, tile: tile,
                    lanes: lanes, turned: isGradient),
                geometry: geometry, rectified: epilogue.activation != nil, addsToResult: epilogue.addsToResult,
                images: isGradient ? results : images, results: isGradient ? images : results, threads: threads,
                transformsInEachRun: kind != .inference)
        }
    }

    /// ``winograd 4×4``: the tile's size.
    var name: String { "winograd \(sizes.tile)×\(sizes.tile)" }
    /// The transform of tiles subtracts infinities from each other.
    let mayMistakeNonFinite = true

    func results(of node: NodeLowering, adding residual: Int?) throws -> [Stored] {
        let images = try node.reorder(node.operand(0), to: images)
        var reads = [images, try transformedFilters(node)]
        if geometry.withBias { reads.append(try node.plainOperand(2)) }
        let result =
            try residual.map { try node.overwritable($0, in: results, besides: reads) } ?? node.allocate(results)
        let scratch = node.allocate(try scratchLayout)
        node.run(
            kernel: name, reads: residual == nil ? reads : reads + [result], writes: [result, scratch],
            mayMistakeNonFinite: true
        ) { memory in
            // Safe: the sizes are those of the layouts.
            unsafe run(
                memory.operand(0), memory.operand(1), geometry.withBias ? memory.operand(2) : nil, memory.result(0),
                memory.result(1))
        }
        return [result]
    }

    /// Filters in the loops' layout, transformed once for as long as the weights stay.
    private func transformedFilters(_ node: NodeLowering) throws -> Stored {
        let transformed = node.allocate(try filterLayout)
        node.run(
            kernel: "\(name) filters", reads: [try node.plainOperand(1)], writes: [transformed], isSideWork: true
        ) { [sizes] memory in
            {
                // Safe: the sizes are those of the layouts.
                var sizes = sizes
                unsafe fovea_winograd_transform_filters(&sizes, memory.operand(0), memory.result(0))
            }
        }
        return transformed
    }

    func timed() throws -> KernelTimer.Candidate {
        let plain = try Layout(plain: geometry.filters.dimensions)
        let layouts = [images, try filterLayout, results, try scratchLayout, plain]
        let bias = geometry.withBias ? [try Layout(plain: [geometry.filters[0]])] : []
        return unsafe KernelTimer.Candidate(layouts: layouts + bias, threads: threads) { memory in
            // Safe: the memory is that of the layouts.
            let pointers = unsafe memory.map { unsafe $0.assumingMemoryBound(to: Float.self) }
            let convolve = unsafe run(
                pointers[0], pointers[1], geometry.withBias ? pointers[5] : nil, pointers[2], pointers[3])
            guard transformsInEachRun else { return convolve }
            return {
                var sizes = sizes
                unsafe fovea_winograd_transform_filters(&sizes, pointers[4], pointers[1])
                convolve()
            }
        }
    }

    private func run(
        _ images: UnsafePointer<Float>, _ filters: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
        _ results: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
    ) -> () -> Void {
        {
            var sizes = sizes
            unsafe fovea_winograd_convolve(&sizes, images, filters, bias, addsToResult, rectified, results, scratch)
        }
    }

    private var filterLayout: Layout {
        get throws {
            var sizes = sizes
            return try Layout(plain: [unsafe fovea_winograd_filter_count(&sizes)])
        }
    }

    private var scratchLayout: Layout {
        get throws {
            var sizes = sizes
            return try Layout(plain: [unsafe fovea_winograd_scratch_count(&sizes, threads)])
        }
    }
}
