/// A graph planned for one device. Used on the device's compute thread only.
public protocol Executable: Sendable {
    /// Runs the graph once: takes its inputs in order, updates the state unless the graph's guard is not finite, and
    /// returns its outputs in order.
    ///
    /// The inputs have the types of the graph's; ``Program`` has checked them. The outputs stay on the device until they
    /// are read, and do not change whatever runs meanwhile.
    ///
    /// - Parameter stopwatch: records the end of each of ``steps``, in order.
    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue]

    /// The implementation of each node, for display: the algorithm, the layout.
    var steps: [ExecutableStep] { get }
}

/// A line of a program's report: a node and its implementation.
public struct ExecutableStep: Hashable, Sendable {
    /// The layer's path; empty for nodes without a layer.
    public let path: String
    public let operation: String
    /// The device that runs it.
    public let device: String
    /// The algorithm or kernel.
    public let implementation: String
    /// The number of multiply-adds by the operation's definition, whatever the algorithm saves; 0 if not counted.
    public let multiplyAdds: Int
    /// The size in memory of its operands and results.
    public let byteCount: Int

    public init(
        path: String, operation: String, device: String, implementation: String, multiplyAdds: Int = 0,
        byteCount: Int = 0
    ) {
        self.path = path
        self.operation = operation
        self.device = device
        self.implementation = implementation
        self.multiplyAdds = multiplyAdds
        self.byteCount = byteCount
    }
}

extension Executable {
    /// Runs the graph once without a stopwatch.
    package func run(_ inputs: [any DeviceValue]) throws -> [any DeviceValue] { try run(inputs, stopwatch: nil) }
}
