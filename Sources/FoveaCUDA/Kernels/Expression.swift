import FoveaGraph

/// A number computed for each element of a shape from elements of stored values: what a generated kernel computes.
indirect enum Expression: Hashable {
    /// The element of a stored value; one with fewer or shorter axes repeats.
    case load(View)
    case literal(Double)
    /// A function in CUDA's dialect of C, with `$0`, `$1`… for its operands, which are floats.
    case apply(String, [Expression])
    /// The mask of ``RandomMask``, drawn for the element.
    case mask(RandomMaskDraw)
    /// A number that counts elements: Σ coordinate · stride.
    case counter([Int])

    /// The stored values that are read, each once, in order.
    var views: [View] {
        var found: [View] = []
        collect { if !found.contains($0) { found.append($0) } }
        return found
    }

    /// The expression of a single number, by the coordinates of a shape at all of whose places it is; nil where it is drawn.
    func repeated(over shape: Shape) -> Expression? {
        switch self {
        case .literal: self
        case .load(let view):
            .load(
                View(
                    buffer: view.buffer, offset: view.offset, strides: [Int](repeating: 0, count: shape.rank),
                    dataType: view.dataType))
        case .apply(let code, let operands):
            operands.contains { $0.repeated(over: shape) == nil }
                ? nil : .apply(code, operands.compactMap { $0.repeated(over: shape) })
        case .mask, .counter: nil
        }
    }

    /// The same at the first place along some axes.
    func first(along axes: Set<Int>) -> Expression {
        func fixed(_ strides: [Int]) -> [Int] { strides.indices.map { axes.contains($0) ? 0 : strides[$0] } }
        switch self {
        case .literal: return self
        case .load(let view):
            return .load(
                View(
                    buffer: view.buffer, offset: view.offset, strides: fixed(view.strides), dataType: view.dataType))
        case .apply(let code, let operands): return .apply(code, operands.map { $0.first(along: axes) })
        case .mask(let draw):
            return .mask(
                RandomMaskDraw(
                    key: draw.key, stream: draw.stream, threshold: draw.threshold, kept: draw.kept,
                    logicalStrides: fixed(draw.logicalStrides)))
        case .counter(let strides): return .counter(fixed(strides))
        }
    }

    private func collect(_ visit: (View) -> Void) {
        switch self {
        case .load(let view): visit(view)
        case .literal, .counter: break
        case .apply(_, let operands): for operand in operands { operand.collect(visit) }
        case .mask(let draw): visit(draw.key)
        }
    }

    /// Number of functions, counted as often as they appear.
    var size: Int {
        switch self {
        case .load, .literal, .counter: 0
        case .apply(_, let operands): operands.reduce(1) { $0 + $1.size }
        // Ten rounds of a cipher.
        case .mask: 16
        }
    }
}

/// A number for each element of a shape, and where it goes.
struct PlacedExpression {
    let place: View
    let value: Expression
}

/// Elements of a buffer, addressed by coordinates over some shape: element `offset + Σ coordinate · stride`.
struct View: Hashable {
    let buffer: BufferID
    let offset: Int
    /// For each axis of the shape; 0 where elements repeat.
    let strides: [Int]
    let dataType: DataType

    /// The view by another shape's coordinates, to which this one broadcasts; axes are aligned from the last.
    func broadcast(from shape: Shape, to target: Shape) -> View {
        let missing = target.rank - shape.rank
        let aligned = (0..<target.rank).map { axis in
            axis < missing || (shape[axis - missing] == 1 && target[axis] != 1) ? 0 : strides[axis - missing]
        }
        return View(buffer: buffer, offset: offset, strides: aligned, dataType: dataType)
    }
}

/// The parameters of a mask of dropout.
struct RandomMaskDraw: Hashable {
    /// The two words of the key.
    let key: View
    let stream: UInt64
    let threshold: UInt32
    /// What a kept element is multiplied by.
    let kept: Double
    /// By the coordinates of the mask's shape, the number of each element row by row.
    let logicalStrides: [Int]
}

/// The number of a buffer in a plan.
struct BufferID: Hashable, Comparable {
    let index: Int

    static func < (left: BufferID, right: BufferID) -> Bool { left.index < right.index }
}
