public import FoveaGraph

/// A tensor that lives on a device from run to run. Used on the device's compute thread only.
public protocol DeviceBuffer: AnyObject, Sendable {
    var type: TensorType { get }

    /// Copies the elements to the host.
    func read() throws -> Tensor

    /// Replaces the elements; the source has the buffer's type.
    func write(_ source: some TensorSource) throws

    /// Whether no element is NaN or infinite.
    var isFinite: Bool { get throws }
}

extension DeviceBuffer {
    public var isFinite: Bool { get throws { try read().isFinite } }
}
