import FoveaGraph

extension Tensor {
    /// Some rows along the first axis.
    func rows(_ rows: Range<Int>) throws -> Tensor {
        let size = shape.elementCount / max(1, shape[0])
        return try Tensor(
            Shape(validating: [rows.count] + shape.dimensions.dropFirst()),
            Array(floats[rows.lowerBound * size..<rows.upperBound * size]))
    }
}
