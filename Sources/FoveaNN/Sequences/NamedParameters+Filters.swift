import FoveaGraph

/// The filters of a convolution: a parameter, or with weight normalization a length and a direction for each filter.
extension NamedParameters {
    static func filters(_ initializer: Initializer) -> NamedParameters {
        NamedParameters([Parameter(initializer, named: "weight")])
    }

    static func normalizedFilters(_ initializer: Initializer) -> NamedParameters {
        NamedParameters([
            Parameter(.lengths(of: initializer, named: "weight_v"), named: "weight_g"),
            Parameter(initializer, named: "weight_v"),
        ])
    }

    /// The filters: with weight normalization g·v/‖v‖ for each.
    func filters(_ shape: Shape, fanIn: Int, fanOut: Int, in trace: Trace) throws -> Value {
        func value(_ parameter: Parameter, _ shape: Shape) throws -> Value {
            try parameter.value(shape, fanIn: fanIn, fanOut: fanOut, in: trace)
        }
        guard let length = self["weight_g"], let direction = self["weight_v"] else {
            return try value(parameters[0], shape)
        }
        let ones = [Int](repeating: 1, count: shape.rank - 1)
        let g = try value(length, Shape([shape[0]] + ones))
        let v = try value(direction, shape)
        let norm = try SquareRoot().applied(
            to: ReduceSum(axes: Array(1..<shape.rank), keepDimensions: true).applied(to: v * v))
        return try v * (g / norm)
    }
}
