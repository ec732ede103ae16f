/// The geometry of a window that slides over the last two axes: convolution's kernel, or a pooling window.
///
/// The output has ⌊(size + padding before + padding after − dilation·(kernel − 1) − 1) / stride⌋ + 1 positions per axis.
public struct Window: Hashable, Sendable, CustomStringConvertible {
    /// One number for each of the two spatial axes.
    public struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
        public let height: Int
        public let width: Int

        public init(_ height: Int, _ width: Int) {
            self.height = height
            self.width = width
        }

        /// The same number for both axes.
        public init(_ both: Int) { self.init(both, both) }
        public init(integerLiteral value: Int) { self.init(value) }

        public var description: String { "\(height)×\(width)" }
    }

    /// How many zeros surround the input on each side.
    public struct Padding: Hashable, Sendable, CustomStringConvertible {
        public let top: Int
        public let left: Int
        public let bottom: Int
        public let right: Int

        public init(top: Int, left: Int, bottom: Int, right: Int) {
            self.top = top
            self.left = left
            self.bottom = bottom
            self.right = right
        }

        /// The same number of zeros on all sides.
        public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

        public static let zero = Padding(0)

        public var description: String {
            top == left && left == bottom && bottom == right ? "\(top)" : "\(top),\(left),\(bottom),\(right)"
        }
    }

    public let kernel: Extent
    public let stride: Extent
    public let padding: Padding
    public let dilation: Extent

    /// The largest number that a window may have anywhere: far above any image, far below integer overflow.
    private static let limit = 1 << 20

    /// - Throws: ``FoveaError`` when a size, stride or dilation is below 1, padding is negative, or one exceeds 2^20.
    public init(
        kernel: Extent, stride: Extent = 1, padding: Padding = .zero, dilation: Extent = 1
    ) throws {
        let limit = Self.limit
        for (name, extent) in [("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
            guard (1...limit).contains(extent.height), (1...limit).contains(extent.width) else {
                throw FoveaError(
                    .usage, "The \(name) of a window is \(extent).", remedy: "Use sizes from 1 to \(limit).")
            }
        }
        guard [padding.top, padding.left, padding.bottom, padding.right].allSatisfy((0...limit).contains) else {
            throw FoveaError(
                .usage, "The padding of a window is \(padding).", remedy: "Use sizes from 0 to \(limit).")
        }
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
    }

    /// The padding with which stride 1 keeps the size, and stride s gives ⌈size / s⌉ (ONNX `SAME_UPPER`: where the total
    /// is odd, the extra zero is below and to the right).
    ///
    /// A number that no window can have counts as the nearest that one can; ``init(kernel:stride:padding:dilation:)``
    /// reports it.
    public static func samePadding(
        for height: Int, _ width: Int, kernel: Extent, stride: Extent = 1, dilation: Extent = 1
    ) -> Padding {
        func nearest(_ number: Int) -> Int { min(max(1, number), limit) }
        func total(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
            let (kernel, stride, dilation) = (nearest(kernel), nearest(stride), nearest(dilation))
            let outputs = (size + stride - 1) / stride
            return max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size)
        }
        let vertical = total(height, kernel.height, stride.height, dilation.height)
        let horizontal = total(width, kernel.width, stride.width, dilation.width)
        return Padding(
            top: vertical / 2, left: horizontal / 2, bottom: vertical - vertical / 2, right: horizontal - horizontal / 2
        )
    }

    /// The number of positions of the window over an image.
    ///
    /// - Throws: ``FoveaError`` when the window is larger than the padded image.
    public func outputSize(height: Int, width: Int, of operation: String) throws -> (height: Int, width: Int) {
        func positions(_ size: Int, _ padding: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int? {
            let span = size + padding - dilation * (kernel - 1) - 1
            return span < 0 ? nil : span / stride + 1
        }
        guard
            let rows = positions(
                height, padding.top + padding.bottom, kernel.height, stride.height, dilation.height),
            let columns = positions(width, padding.left + padding.right, kernel.width, stride.width, dilation.width)
        else {
            throw FoveaError(
                .usage,
                "\(operation)'s window of \(kernel) (dilation \(dilation)) is larger than the image of "
                    + "\(height)×\(width) with padding \(padding).",
                remedy: "Use a smaller kernel, more padding or a larger image.")
        }
        return (rows, columns)
    }

    public var description: String { "\(kernel)/\(stride), padding \(padding), dilation \(dilation)" }
}
