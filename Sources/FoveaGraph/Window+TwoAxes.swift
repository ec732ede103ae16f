/// Windows that slide over height and width.
extension Window {
    /// One number for each of two axes.
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

    /// Number of zeros on each side of an image.
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

    /// A window over two axes.
    ///
    /// - Throws: ``FoveaError`` that names the axis, when a size, stride or dilation is below 1, padding is negative, or one
    ///   exceeds 2^20.
    public init(
        kernel: Extent, stride: Extent = 1, padding: Padding = .zero, dilation: Extent = 1
    ) throws {
        try self.init(axes: [
            Axis(
                kernel: kernel.height, stride: stride.height, dilation: dilation.height, before: padding.top,
                after: padding.bottom),
            Axis(
                kernel: kernel.width, stride: stride.width, dilation: dilation.width, before: padding.left,
                after: padding.right),
        ])
    }

    /// The two axes of a window over height and width; nil for any other number of axes.
    package var rowsAndColumns: (rows: Axis, columns: Axis)? { axes.count == 2 ? (axes[0], axes[1]) : nil }
}
