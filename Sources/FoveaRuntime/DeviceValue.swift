public import FoveaGraph

/// A value that programs take and give, wherever it lies.
///
/// A ``Tensor`` is one: programs read it where it lies on the host. What a program gives stays on its device until somebody
/// asks for its elements, and is the same whatever runs later.
public protocol DeviceValue: Sendable {
    var type: TensorType { get }

    /// The elements on the host. Any thread may ask.
    func read() throws -> Tensor
}

extension Tensor: DeviceValue {
    public func read() -> Tensor { self }
}
