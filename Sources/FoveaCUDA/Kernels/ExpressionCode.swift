import FoveaGraph

/// The statements that compute an expression for one element, in CUDA's dialect of C.
///
/// Equal parts are computed once.
struct ExpressionCode {
    /// The pointer and the offset of each view.
    let place: (View) -> (pointer: String, offset: String)
    /// The number that counts elements by some strides.
    let counter: ([Int]) -> String

    /// Whether a view has the same element at all places; nil where all is computed for each element.
    var isConstant: ((View) -> Bool)?

    /// What is the same for all elements, to be computed before them.
    private(set) var constantLines: [String] = []
    private(set) var lines: [String] = []
    private var names: [Expression: String] = [:]

    init(place: @escaping (View) -> (pointer: String, offset: String), counter: @escaping ([Int]) -> String) {
        self.place = place
        self.counter = counter
    }

    /// The name of a variable, or a literal, with the expression's value.
    mutating func value(_ expression: Expression) -> String {
        if let name = names[expression] { return name }
        let code: String
        switch expression {
        case .literal(let number): return floatLiteral(number)
        case .load(let view):
            let (pointer, offset) = place(view)
            code = "load(\(pointer) + \(offset))"
        case .apply(let template, let operands):
            code = operands.enumerated().reduce(template) { text, operand in
                text.replacing("$\(operand.offset)", with: value(operand.element))
            }
        case .mask(let draw):
            let (pointer, _) = place(draw.key)
            code =
                "random_word(\(pointer), \(draw.stream)ull, \(counter(draw.logicalStrides))) >= \(draw.threshold)u "
                + "? \(floatLiteral(draw.kept)) : 0.0f"
        case .counter(let strides): code = "(float)(\(counter(strides)))"
        }
        let name = "v\(names.count)"
        names[expression] = name
        let line = "const float \(name) = \(code);"
        if let isConstant, expression.counters.isEmpty, expression.views.allSatisfy(isConstant) {
            constantLines.append(line)
        } else {
            lines.append(line)
        }
        return name
    }
}
