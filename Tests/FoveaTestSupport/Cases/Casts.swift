import FoveaGraph

extension OperationCase {
    /// From floating-point numbers and from integers to every type.
    public static func casts() -> [OperationCase] {
        let draws: [OperandDraw] = [
            OperandDraw([3, 17]), OperandDraw([40], .extreme), OperandDraw([5, 4], .normal(deviation: 100)),
            OperandDraw([300], .words), OperandDraw([], .positive),
        ]
        return DataType.allCases.flatMap { target in
            draws.map { draw in
                let isFloatingPoint = draw.type(.float32).dataType.isFloatingPoint && target.isFloatingPoint
                return OperationCase(
                    Cast(to: target), [draw], differentiable: isFloatingPoint ? [0] : [],
                    // Rounding makes steps; the type that gradients are checked in has none.
                    isSmooth: target == .float64 && isFloatingPoint && draw.source != .extreme, tolerance: 0)
            }
        }
    }
}
