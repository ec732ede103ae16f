public import FoveaGraph

/// Averages an image of any size to a given size: result row i is the mean of the rows from ⌊i·H/H'⌋ to ⌈(i + 1)·H/H'⌉,
/// and likewise for columns.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.AdaptiveAvgPool2d`.
public struct AdaptiveAvgPool2D: Layer {
    public let size: Window.Extent

    public init(_ size: Window.Extent) { self.size = size }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { trace in
            try input.expectImages()
            let (images, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
            guard size.height >= 1, size.width >= 1, height >= 1, width >= 1 else {
                throw FoveaError(
                    .usage, layer: "cannot make \(size) of images of \(height)×\(width).",
                    remedy: "Use sizes of at least 1.")
            }
            if (height, width) == (size.height, size.width) { return input }
            if size == 1 { return try GlobalAveragePooling().applied(to: input) }
            if height.isMultiple(of: size.height), width.isMultiple(of: size.width) {
                let tile = Window.Extent(height / size.height, width / size.width)
                return try AveragePooling(Window(kernel: tile, stride: tile)).applied(to: input)
            }
            // The windows differ in size.
            let pixels = max(height / size.height, width / size.width)
            if pixels > Self.mostMultipliedPixels {
                return try Self.means(of: Self.means(of: input, axis: 3, size.width), axis: 2, size.height)
            }
            let means = try Shape(validating: [images, channels, size.height, size.width])
            // Each axis is a product with a matrix of weights.
            let lines = try Shape(validating: [images * channels * height, width])
            let byColumns = try MatrixMultiplication()
                .applied(
                    to: Reshape(to: lines).applied(to: input),
                    trace.constant(Self.means(of: width, size.width, input.dataType)))
            let planes = try Shape(validating: [images * channels, height, size.width])
            let turned = try Transposition(permutation: [0, 2, 1]).applied(
                to: Reshape(to: planes).applied(to: byColumns))
            let turnedLines = try Shape(validating: [images * channels * size.width, height])
            let byRows = try MatrixMultiplication()
                .applied(
                    to: Reshape(to: turnedLines).applied(to: turned),
                    trace.constant(Self.means(of: height, size.height, input.dataType)))
            let turnedPlanes = try Shape(validating: [images * channels, size.width, size.height])
            let result = try Transposition(permutation: [0, 2, 1])
                .applied(to: Reshape(to: turnedPlanes).applied(to: byRows))
            return try Reshape(to: means).applied(to: result)
        }
    }

    /// The most pixels along an axis that a matrix product adds up, with zeros, which lose nothing. More are averaged
    /// separately, in double precision.
    private static let mostMultipliedPixels = 16

    /// The positions along an axis that this part is the mean of.
    private static func range(_ part: Int, of parts: Int, from count: Int) -> Range<Int> {
        part * count / parts..<((part + 1) * count + parts - 1) / parts
    }

    /// The means of some parts of an axis.
    private static func means(of value: Value, axis: Int, _ parts: Int) throws -> Value {
        let count = value.shape[axis]
        if parts == count { return value }
        let means = try (0..<parts).map { part in
            let places = range(part, of: parts, from: count)
            let slice = try Slice(axis: axis, start: places.lowerBound, end: places.upperBound).applied(to: value)
            return try ReduceMean(axes: [axis], keepDimensions: true).applied(to: slice)
        }
        return try Concatenation(axis: axis).results(on: means)[0]
    }

    /// The matrix [from, to] whose column i holds the weights of the i-th mean.
    private static func means(of count: Int, _ parts: Int, _ dataType: DataType) throws -> Tensor {
        let shape = try Shape(validating: [count, parts])
        var elements = [Double](repeating: 0, count: shape.elementCount)
        for part in 0..<parts {
            let places = range(part, of: parts, from: count)
            for index in places { elements[index * parts + part] = 1 / Double(places.count) }
        }
        return Tensor(elements: elements, TensorType(shape, dataType))
    }
}
