import CFoveaCPU
import FoveaGraph

/// Average pooling with large windows, and its gradient: hand-written loops that sum in double precision, over the two axes
/// of a plane.
///
/// A mean over three axes is a mean over depth of means over height and width, whether padding counts or not; one axis is a
/// plane of one row.
struct LongAverage {
    private let window: Window
    private let countIncludingPadding: Bool

    init(_ window: Window, countIncludingPadding: Bool) {
        self.window = window
        self.countIncludingPadding = countIncludingPadding
    }

    /// Adds the steps that pool the images of a node.
    func lower(_ node: NodeLowering) throws {
        let images = try node.operandInPlanes(0)
        let pooled = node.results[0].shape
        let passes = passes(images: images.layout, pooled: pooled, threads: node.engine.threads)
        var values = images
        for (index, pass) in passes.enumerated() {
            let layout =
                index == passes.count - 1
                ? try images.layout.resized(to: pooled.dimensions) : try Layout(plain: [pass.resultCount])
            let means = node.allocate(layout)
            node.run(kernel: "average", reads: [values], writes: [means, try workspace(pass, node)]) { memory in
                var pass = pass
                // Safe: the sizes are those of the layouts.
                return { unsafe fovea_average_pool(&pass, memory.operand(0), memory.result(0), memory.result(1)) }
            }
            values = means
        }
        node.deliver(values)
    }

    /// Adds the steps that spread the upstream gradient of a node over images: the same passes in reverse.
    func lowerGradient(_ node: NodeLowering, images: Shape) throws {
        let upstream = try node.operandInPlanes(0)
        let layout = try upstream.layout.resized(to: images.dimensions)
        let passes = passes(images: layout, pooled: node.operands[0].shape, threads: node.engine.threads)
        var values = upstream
        for (index, pass) in passes.enumerated().reversed() {
            let gradient = node.allocate(index == 0 ? layout : try Layout(plain: [pass.imageCount]))
            node.run(
                kernel: "average gradient", reads: [values], writes: [gradient, try workspace(pass, node)]
            ) { memory in
                var pass = pass
                return {
                    // Safe: the sizes are those of the layouts.
                    unsafe fovea_average_pool_gradient(
                        &pass, memory.operand(0), memory.result(0), memory.result(1))
                }
            }
            values = gradient
        }
        node.deliver(values)
    }

    /// One pass over two axes, or over one; for three axes, one over height and width and then one over depth.
    ///
    /// - Parameters:
    ///   - images: a layout with planes of pixels.
    ///   - pooled: the shape of the means.
    private func passes(images: Layout, pooled: Shape, threads: Int) -> [fovea_average_pooling] {
        guard let (planes, lanes) = images.planes else { preconditionFailure("a layout of images was asked for") }
        let sizes = Array(images.dimensions.dropFirst(2))
        let pooled = pooled.spatialSizes
        func pass(
            planes: Int, _ rows: (axis: Window.Axis, size: Int, pooled: Int),
            _ columns: (axis: Window.Axis, size: Int, pooled: Int)
        ) -> fovea_average_pooling {
            func numbers(_ number: (Window.Axis) -> Int) -> (Int64, Int64) {
                (Int64(number(rows.axis)), Int64(number(columns.axis)))
            }
            return fovea_average_pooling(
                planes: planes, lanes: lanes, height: rows.size, width: columns.size, pooled_height: rows.pooled,
                pooled_width: columns.pooled, kernel: numbers(\.kernel), stride: numbers(\.stride),
                dilation: numbers(\.dilation), before: numbers(\.before), counts_padding: countIncludingPadding,
                threads: threads)
        }
        let axes = window.axes.enumerated().map { ($1, sizes[$0], pooled[$0]) }
        let one = Window.Axis(kernel: 1)
        switch axes.count {
        case 1: return [pass(planes: planes, (one, 1, 1), axes[0])]
        case 2: return [pass(planes: planes, axes[0], axes[1])]
        default:
            let area = pooled[1] * pooled[2]
            return [
                pass(planes: planes * sizes[0], axes[1], axes[2]),
                pass(planes: planes, axes[0], (one, area, area)),
            ]
        }
    }

    private func workspace(_ pass: fovea_average_pooling, _ node: NodeLowering) throws -> Stored {
        var pass = pass
        return node.allocate(try Layout(plain: [unsafe fovea_average_pooling_workspace(&pass) / 4]))
    }
}

extension fovea_average_pooling {
    fileprivate var imageCount: Int { planes * height * width * lanes }
    fileprivate var resultCount: Int { planes * pooled_height * pooled_width * lanes }
}
