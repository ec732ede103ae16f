/// The geometry of a window that slides over the spatial axes of images, those after batch and channels: a filter or a
/// pooling window. There may be any number of axes; one for sequences, two for pictures, three for volumes.
///
/// Along each axis the result has ⌊(size + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1 positions.
public struct Window: Hashable, Sendable, CustomStringConvertible {
    /// The window along one of the axes that it slides over.
    public struct Axis: Hashable, Sendable {
        /// Number of places of the window.
        public let kernel: Int
        /// Pixels from one position of the window to the next.
        public let stride: Int
        /// Pixels from one place of the window to the next.
        public let dilation: Int
        /// Number of zeros before the first pixel.
        public let before: Int
        /// Number of zeros after the last pixel.
        public let after: Int

        public init(kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
            self.kernel = kernel
            self.stride = stride
            self.dilation = dilation
            self.before = before
            self.after = after
        }

        /// Number of pixels from the first place to the last, both included.
        package var span: Int { dilation * (kernel - 1) + 1 }

        /// The number of positions over an axis of `size` pixels; nil where the window is larger.
        package func positions(over size: Int) -> Int? {
            let room = size + before + after - span
            return room < 0 ? nil : room / stride + 1
        }
    }

    /// In the order of the images' axes: height before width.
    public let axes: [Axis]

    /// The largest number that a window may have anywhere: far above any image, far below integer overflow.
    private static let limit = 1 << 20

    /// - Throws: ``FoveaError`` that names the axis, when there is no axis, a kernel, stride or dilation is below 1, padding
    ///   is negative, or one exceeds 2^20.
    public init(axes: [Axis]) throws {
        guard !axes.isEmpty else {
            throw FoveaError(
                .usage, "A window has no axes.", remedy: "Give it one for each spatial axis of the images.")
        }
        for (index, axis) in axes.enumerated() {
            for (name, number, least) in [
                ("kernel", axis.kernel, 1), ("stride", axis.stride, 1), ("dilation", axis.dilation, 1),
                ("padding", axis.before, 0), ("padding", axis.after, 0),
            ] where !(least...Self.limit).contains(number) {
                throw FoveaError(
                    .usage,
                    "The \(name) of a window is \(number) along the \(Self.name(ofAxis: index, of: axes.count)).",
                    remedy: "Use sizes from \(least) to \(Self.limit).")
            }
        }
        self.axes = axes
    }

    /// The sizes of the window along the axes.
    package var kernel: [Int] { axes.map(\.kernel) }

    /// Number of places of the window: the product of its sizes.
    package var placeCount: Int { axes.reduce(1) { saturatingProduct($0, $1.kernel) } }

    /// The name of the spatial axis with this index.
    private static func name(ofAxis index: Int, of count: Int) -> String {
        let names = [["length"], ["height", "width"], ["depth", "height", "width"]]
        return count <= names.count ? names[count - 1][index] : "spatial axis \(index)"
    }

    /// The window with as many zeros as keep the size at stride 1 and give ⌈size / stride⌉ positions otherwise. Where
    /// their number is odd, the extra one follows the last pixel.
    ///
    /// - Parameter sizes: the sizes of the images' spatial axes.
    /// - Throws: ``FoveaError`` when the number of sizes is not that of the window's axes, or images cannot have them.
    ///
    /// Source: ONNX `SAME_UPPER`.
    public func paddedToSame(over sizes: [Int]) throws -> Window {
        try expectSizes(sizes, of: "The padding")
        return try Window(
            axes: zip(axes, sizes).map { axis, size in
                let positions = (size + axis.stride - 1) / axis.stride
                let total = max(0, (positions - 1) * axis.stride + axis.span - size)
                return Axis(
                    kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, before: total / 2,
                    after: total - total / 2)
            })
    }

    /// The number of positions of the window along each axis.
    ///
    /// - Parameter sizes: the sizes of the images' spatial axes.
    /// - Throws: ``FoveaError`` that names the axis along which the window is larger than the padded image.
    public func resultSizes(over sizes: [Int], of operation: String) throws -> [Int] {
        try expectSizes(sizes, of: operation)
        return try axes.indices.map { index in
            let (axis, size) = (axes[index], sizes[index])
            if let positions = axis.positions(over: size) { return positions }
            throw FoveaError(
                .usage,
                "\(operation)'s window of \(kernel.sizeText) (dilation \(axes.map(\.dilation).sizeText)) is larger than the "
                    + "image of \(sizes.sizeText) with padding \(paddingText): along the "
                    + "\(Self.name(ofAxis: index, of: axes.count)) it spans \(axis.span) of "
                    + "\(size + axis.before + axis.after).",
                remedy: "Use a smaller kernel, more padding or a larger image.")
        }
    }

    private func expectSizes(_ sizes: [Int], of operation: String) throws {
        guard sizes.count == axes.count, sizes.allSatisfy((0...Shape.maximumElementCount).contains) else {
            throw FoveaError(
                .usage, "\(operation) of a window over \(axes.count) axes was given an image of \(sizes.sizeText).",
                remedy: "Give it a size for each axis, from 0 to 2^40.")
        }
    }

    /// `1` where all sides have the same padding, otherwise that before each axis and then that after each.
    private var paddingText: String {
        let numbers = axes.map(\.before) + axes.map(\.after)
        return Set(numbers).count == 1 ? "\(numbers[0])" : numbers.map(String.init).joined(separator: ",")
    }

    public var description: String {
        "\(kernel.sizeText)/\(axes.map(\.stride).sizeText), padding \(paddingText), "
            + "dilation \(axes.map(\.dilation).sizeText)"
    }
}

extension [Int] {
    /// `3×2`
    package var sizeText: String { map(String.init).joined(separator: "×") }
}
