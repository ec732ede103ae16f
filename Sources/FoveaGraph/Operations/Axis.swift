/// An axis counted from the first; negative ones count from the last.
///
/// - Throws: ``FoveaError`` when a tensor of this rank has no such axis.
func countedFromFirst(_ axis: Int, rank: Int, of operation: String) throws -> Int {
    guard (-rank..<rank).contains(axis) else {
        throw FoveaError(
            .usage, "\(operation) along axis \(axis) of a tensor of rank \(rank).",
            remedy: rank == 0
                ? "A scalar has no axes; reshape it." : "Use 0 to \(rank - 1), or -1 to \(-rank) from the last.")
    }
    return axis < 0 ? axis + rank : axis
}

extension Shape {
    /// The offset of each element, in order, under these strides: 0 along an axis that is skipped.
    func offsets(strides: [Int]) -> [Int] {
        var offsets = [0]
        for (dimension, stride) in zip(dimensions, strides) {
            var finer: [Int] = []
            finer.reserveCapacity(offsets.count * dimension)
            for offset in offsets {
                for index in 0..<dimension { finer.append(offset + index * stride) }
            }
            offsets = finer
        }
        return offsets
    }
}

extension ReferenceTensor {
    /// A tensor of the same shape, each of whose lines along an axis is computed from the same lines of this tensor and
    /// another.
    func combiningLines(
        with other: ReferenceTensor, along axis: Int, _ combine: (_ line: [Double], _ other: [Double]) -> [Double]
    ) -> ReferenceTensor {
        let axis = axis < 0 ? axis + shape.rank : axis
        let (length, stride) = (shape[axis], shape.strides[axis])
        var result = ReferenceTensor(shape)
        for start in elements.indices where start / stride % length == 0 {
            let line = Swift.stride(from: start, to: start + length * stride, by: stride)
            for (offset, value) in zip(line, combine(line.map { elements[$0] }, line.map { other.elements[$0] })) {
                result.elements[offset] = value
            }
        }
        return result
    }

    /// A tensor of the same shape, each of whose lines along an axis is computed from the same line of this tensor.
    func mappingLines(along axis: Int, _ transform: ([Double]) -> [Double]) -> ReferenceTensor {
        combiningLines(with: self, along: axis) { line, _ in transform(line) }
    }
}
