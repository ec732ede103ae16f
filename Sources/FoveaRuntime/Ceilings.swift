/// The highest speeds that a machine reaches.
public struct Ceilings: Hashable, Sendable {
    /// Floating-point operations per second, two for each multiply-add.
    public let operationsPerSecond: Double
    /// Bytes read and written per second where the caches hold nothing.
    public let bytesPerSecond: Double

    public init(operationsPerSecond: Double, bytesPerSecond: Double) {
        self.operationsPerSecond = operationsPerSecond
        self.bytesPerSecond = bytesPerSecond
    }
}
