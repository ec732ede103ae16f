public import FoveaGraph

/// An input or output of programs, wherever it lies.
///
/// A ``Tensor`` is one: programs read it where it lies on the host. An output of a program stays on its device until
/// its elements are read, and does not change whatever runs later.
public protocol DeviceValue: Sendable {
    var type: TensorType { get }

    /// The elements on the host. Any thread may call this.
    func read() throws -> Tensor
}

extension Tensor: DeviceValue {
    public func read() -> Tensor { self }
}
