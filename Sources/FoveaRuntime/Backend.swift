public import FoveaGraph

/// A device that runs graphs.
///
/// A backend sees graphs and tensors, never layers. It is asked node by node what it supports. What it does not support is
/// written with simpler operations (``Operation/decomposition(of:)``); what is left of that runs on the reference backend,
/// and the program's report says so.
public protocol Backend: Sendable {
    /// The name of the device on the command line: `cpu`, `reference`.
    var name: String { get }

    /// What the backend tells of itself: its library, its threads, its choices of kernels.
    var profile: BackendProfile { get }

    /// Whether the backend can run a node of this operation and these types.
    func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool

    /// The passes that a graph goes through before it is compiled, in order.
    var pipeline: [any Pass] { get }

    /// Memory on the device for states, filled with zeros: one buffer for each type, in their order.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    func makeBuffers(_ types: [TensorType]) throws -> [any DeviceBuffer]

    /// Plans a graph whose nodes are all supported.
    ///
    /// - Parameter state: the memory of each state of the graph; runs read it and write the graph's updates into it.
    func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable

    /// The bytes of memory that the device can still give; nil where it does not say.
    var availableByteCount: Int? { get }

    /// The bytes that a program of a graph would take beyond what programs of the backend hold already, its states not
    /// counted: found by planning it, while nothing large is allocated and no kernel is timed. All nodes are supported.
    ///
    /// - Parameter state: the memory of the graph's states that the device holds already.
    /// - Returns: nil where the backend cannot tell.
    func predictedByteCount(of graph: Graph, state: [String: any DeviceBuffer]) throws -> Int?
}

extension Backend {
    /// What every device gains from.
    public var pipeline: [any Pass] { Graph.simplifications }

    /// What the backend supports, as passes ask it.
    public var capabilities: Capabilities {
        Capabilities { supports($0, operands: $1, results: $2) }
    }

    /// All passes that may run: the pipeline, and the one that decomposes what the backend does not support.
    var passes: [any Pass] { pipeline + [DecomposeOperations()] }

    /// One line for people: library, version, instruction set.
    public var summary: String { profile.summary }
    public var availableByteCount: Int? { nil }
    public func predictedByteCount(of graph: Graph, state: [String: any DeviceBuffer]) throws -> Int? { nil }
}

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

/// A graph that has been planned on one device. Used on the device's compute thread only.
public protocol Executable: Sendable {
    /// Runs the graph once: takes its inputs in order, updates the state unless the graph's guard is not finite, and
    /// returns its outputs in order.
    ///
    /// The inputs have the types of the graph's; ``Program`` has checked them. The outputs stay on the device until they
    /// are read, and do not change whatever runs meanwhile.
    ///
    /// - Parameter stopwatch: told about the end of each of ``steps``, in their order.
    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue]

    /// How each node is run, for people: the algorithm, the layout.
    var steps: [ExecutableStep] { get }
}

/// A line of a program's report: which node runs how.
public struct ExecutableStep: Hashable, Sendable {
    /// The layer's path; empty for what no layer asked for.
    public let path: String
    public let operation: String
    /// The device that runs it.
    public let device: String
    /// The algorithm or kernel.
    public let implementation: String
    /// The number of multiply-adds, by definition of the operation, whatever the algorithm saves; 0 for what is not counted.
    public let multiplyAdds: Int
    /// The size in memory of what it reads and writes.
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
