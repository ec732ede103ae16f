import FoveaGraph

/// A kernel that computes an expression for each element of a shape.
struct MapKernel {
    let expression: Expression
    let shape: Shape
    /// Where the results go, by the shape's coordinates.
    let result: View

    private static let threads = 256
    /// Blocks for each multiprocessor: as many as fill it, with some to balance.
    private static let blocksPerMultiprocessor = 16

    func launch(adding code: inout KernelCode, multiprocessors: Int) -> KernelLaunch {
        let views = expression.views
        // Counters are one more view each, of nothing but places.
        let counters = expression.counters
        let strides = [result.strides] + views.map(\.strides) + counters
        let space = IterationSpace(shape, axes: result.walkOrder(shape), strides: strides)
        let step = multiprocessors * Self.blocksPerMultiprocessor * Self.threads
        let extent = strides.indices.map(space.extent).max() ?? 0
        let type = KernelIndex.type(reaching: max(extent, space.count) + step)
        let index = IndexCode(space: space, index: "i", indexType: type, prefix: "c")

        var pointers = KernelPointers()
        let target = pointers.code(result, isConst: false)
        let sources = views.map { pointers.code($0) }
        var expressionCode = ExpressionCode(
            place: { view in
                guard let position = views.firstIndex(of: view) else { return ("0", "0") }
                return (sources[position], index.offset(position + 1))
            },
            counter: { strides in
                counters.firstIndex(of: strides).map { index.offset(1 + views.count + $0) } ?? "0"
            })
        expressionCode.isConstant = { view in views.firstIndex(of: view).map { space.isConstant($0 + 1) } ?? false }
        let value = expressionCode.value(expression)
        let count = "\(space.count)\(KernelIndex.suffix(type))"
        var lines = expressionCode.constantLines
        lines.append(
            "for (\(type) i = blockIdx.x * (\(type))blockDim.x + threadIdx.x; i < \(count); "
                + "i += gridDim.x * (\(type))blockDim.x) {")
        lines += index.coordinates(for: Array(strides.indices))
        lines += expressionCode.lines
        lines.append("\(target)[\(index.offset(0))] = \(result.dataType.stored(value));")
        lines.append("}")
        let name = code.add(lines.joined(separator: "\n"), threads: Self.threads)
        let blocks = (space.count + Self.threads - 1) / Self.threads
        return KernelLaunch(
            name: name, pointers: pointers.buffers,
            grid: (min(blocks, multiprocessors * Self.blocksPerMultiprocessor), 1), block: (Self.threads, 1),
            written: [result.buffer], isElementwise: true)
    }
}

extension View {
    /// The axes of a shape from the one whose elements lie farthest apart to the one whose lie closest, so that
    /// neighbouring threads touch neighbouring elements.
    func walkOrder(_ shape: Shape) -> [Int] {
        (0..<shape.rank).sorted { (-strides[$0], $0) < (-strides[$1], $1) }
    }
}

extension Expression {
    /// The strides of each number that counts elements, each once.
    var counters: [[Int]] {
        switch self {
        case .load, .literal: []
        case .apply(_, let operands):
            operands.flatMap(\.counters).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        case .mask(let draw): [draw.logicalStrides]
        case .counter(let strides): [strides]
        }
    }
}

extension DataType {
    /// A float as an element of the type, rounded toward zero and held within its bounds where it is an integer.
    func stored(_ value: String) -> String {
        switch self {
        case .int32: "float_to_int(\(value))"
        case .uint8: "(unsigned char)min(max(float_to_int(\(value)), 0), 255)"
        case .int8: "(signed char)min(max(float_to_int(\(value)), -128), 127)"
        case .bool: "(unsigned char)(\(value) != 0.0f)"
        default: value
        }
    }
}
