import CFoveaCPU
import FoveaGraph

/// A 3×3 convolution in inference, by tiles that take at most a quarter of the multiplications: a hand-written kernel.
///
/// oneDNN has kernels that do the same for many tiles. Where there are few, as in a batch of one image, each of their
/// threads reads all transformed filters; these share them, and prefetch from distant memory.
struct WinogradConvolution {
    private let sizes: fovea_winograd
    private let geometry: ConvolutionGeometry
    private let rectified: Bool
    private let addsToResult: Bool
    private let images: Layout
    private let results: Layout
    private let threads: Int

    /// Transformed filters take up to four times their memory: larger ones than this are left as they are.
    private static let mostWeights = 1 << 24

    /// The tiles that a convolution could be cut into, each with its kernel; none where the loops do not apply.
    ///
    /// - Parameters:
    ///   - images: the layout of the images, and `results` that of the results.
    static func kernels(
        for geometry: ConvolutionGeometry, _ epilogue: ConvolutionKernel.Epilogue, images: Layout, results: Layout,
        threads: Int
    ) -> [WinogradConvolution] {
        // Narrower vectors hold too few sums.
        guard Processor.hasWideVectors, let (rows, columns) = geometry.window.rowsAndColumns, geometry.groups == 1,
            [rows, columns].allSatisfy({ $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 }),
            geometry.results.elementCount > 0, geometry.filters.elementCount <= mostWeights,
            images.adjacentChannels == 16,
            results.adjacentChannels == 16, images.isUnpadded, results.isUnpadded,
            epilogue.activation?.isRectifier ?? true
        else { return [] }
        return [2, 4].map { tile in
            WinogradConvolution(
                sizes: fovea_winograd(
                    images: geometry.images[0], channels: geometry.images[1], filters: geometry.filters[0],
                    height: geometry.images[2], width: geometry.images[3], result_height: geometry.results[2],
                    result_width: geometry.results[3], top: rows.before, left: columns.before, tile: tile),
                geometry: geometry, rectified: epilogue.activation != nil, addsToResult: epilogue.addsToResult,
                images: images, results: results, threads: threads)
        }
    }

    /// ``winograd 4×4``: the tile's size.
    var name: String { "winograd \(sizes.tile)×\(sizes.tile)" }

    /// The result of the convolution of a node.
    ///
    /// - Parameter residual: the operand that is added to the result.
    func convolved(_ node: NodeLowering, adding residual: Int?) throws -> Stored {
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
        return result
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

    /// The kernel as a candidate for timing.
    func timed() throws -> KernelTimer.Candidate {
        var layouts = [images, try filterLayout, results, try scratchLayout]
        if geometry.withBias { layouts.append(try Layout(plain: [geometry.filters[0]])) }
        return unsafe KernelTimer.Candidate(layouts: layouts, threads: threads) { memory in
            // Safe: the memory is that of the layouts.
            let pointers = unsafe memory.map { unsafe $0.assumingMemoryBound(to: Float.self) }
            return unsafe run(
                pointers[0], pointers[1], geometry.withBias ? pointers[4] : nil, pointers[2], pointers[3])
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
