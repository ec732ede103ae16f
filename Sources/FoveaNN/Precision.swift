public import FoveaGraph

/// The types that a network computes with and keeps its parameters in.
///
/// Layers compute in the first; parameters are cast to it where a layer uses them. Losses, statistics, normalization over the
/// batch and updates stay in the second, so that steps too small for the first are not lost.
///
/// Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018.
public struct Precision: Hashable, Sendable {
    /// The type that layers compute in.
    public let arithmetic: DataType
    /// The type of parameters and statistics, of the loss, and of the optimizers' state.
    public let parameters: DataType

    private init(trusting arithmetic: DataType, parameters: DataType) {
        self.arithmetic = arithmetic
        self.parameters = parameters
    }

    /// - Throws: ``FoveaError`` when one of them is not a floating-point type.
    public init(arithmetic: DataType, parameters: DataType = .float32) throws {
        for (role, type) in [("computes with", arithmetic), ("keeps parameters in", parameters)]
        where !type.isFloatingPoint {
            let known = DataType.allCases.filter(\.isFloatingPoint).map(\.rawValue).joined(separator: ", ")
            throw FoveaError(
                .usage, "A network \(role) floating-point numbers, not \(type.rawValue).",
                remedy: "Use one of \(known).")
        }
        self.init(trusting: arithmetic, parameters: parameters)
    }

    /// Single precision throughout.
    public static let float32 = Precision(trusting: .float32, parameters: .float32)
    /// Double precision throughout.
    public static let float64 = Precision(trusting: .float64, parameters: .float64)
    /// Arithmetic in bfloat16, parameters in single precision.
    public static let bfloat16 = Precision(trusting: .bfloat16, parameters: .float32)
    /// Arithmetic in float16, parameters in single precision.
    public static let float16 = Precision(trusting: .float16, parameters: .float32)
}

extension Trace {
    /// A value in the type that layers compute in; integers and truth values as they are.
    func inArithmetic(_ value: Value) throws -> Value {
        value.dataType.isFloatingPoint ? try value.cast(to: precision.arithmetic) : value
    }

    /// A value in the type of the parameters, which is that of losses too; integers and truth values as they are.
    func inParameterType(_ value: Value) throws -> Value {
        value.dataType.isFloatingPoint ? try value.cast(to: precision.parameters) : value
    }
}
