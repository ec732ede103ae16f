import FoveaCUDA
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// The precision that networks compute in, by the names of the command line. Weights, statistics, losses and updates are
/// float32 in all of them.
public enum ComputePrecision: String, CaseIterable, Hashable, Sendable {
    /// float32: 24 binary digits.
    case f32
    /// float32, with the factors of convolutions and products rounded to 11 binary digits (TF32).
    case tf32
    /// bfloat16: 8 binary digits.
    case bf16

    /// The type that layers compute in.
    public var arithmetic: DataType { self == .bf16 ? .bfloat16 : .float32 }
    /// The precision in which networks are traced.
    public var network: Precision { self == .bf16 ? .bfloat16 : .float32 }
}

extension TracedNetwork {
    /// The network as it computes on a device: in the device's arithmetic, where it asks for nothing but float32.
    ///
    /// - Throws: ``FoveaError`` when the device's is no floating-point type.
    func adapted(to device: Device) throws -> TracedNetwork {
        guard precision == .float32 else { return self }
        return computing(in: try Precision(arithmetic: device.backend.profile.arithmetic))
    }
}

extension Device {
    /// The precision of networks that ask for nothing but float32.
    public nonisolated var precision: ComputePrecision {
        if backend.profile.arithmetic == .bfloat16 { return .bf16 }
        return (backend as? CUDABackend)?.allowsTensorFloat32 == true ? .tf32 : .f32
    }
}
