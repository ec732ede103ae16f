import FoveaGraph

/// A value of a graph in a plan: stored in a buffer, or an expression that its readers compute.
struct PlannedValue {
    enum Content {
        case stored(View)
        /// By the coordinates of the value's shape.
        case expression(Expression)
    }

    let type: TensorType
    let content: Content

    init(_ type: TensorType, _ content: Content) {
        self.type = type
        self.content = content
    }

    init(_ type: TensorType, _ expression: Expression) {
        self.init(type, .expression(expression))
    }

    init(_ type: TensorType, _ buffer: BufferID, offset: Int = 0, strides: [Int]) {
        self.init(type, .stored(View(buffer: buffer, offset: offset, strides: strides, dataType: type.dataType)))
    }
}
