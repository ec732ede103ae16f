public import FoveaGraph

/// A device that runs graphs.
///
/// A backend sees graphs and tensors, never layers. It is asked node by node what it supports. Unsupported operations
/// are rewritten with simpler ones (``Operation/decomposition(of:)``); those left over run on the reference backend,
/// and the program's report says so.
public protocol Backend: Sendable {
    /// The name of the device on the command line: `cpu`, `reference`.
    var name: String { get }

    /// The backend's description: its library, its threads, its choices of kernels.
    var profile: BackendProfile { get }

    /// Whether the backend can run a node of this operation and these types.
    func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool

    /// The passes that a graph goes through before it is compiled, in order.
    var pipeline: [any Pass] { get }

    /// Memory on the device for states, filled with zeros: one buffer for each type, in order.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    func makeBuffers(_ types: [TensorType]) throws -> [any DeviceBuffer]

    /// Begins to bring a tensor to the device, for a program that will be given it: where a run goes on meanwhile, that costs
    /// it no time.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    func stage(_ tensor: Tensor) throws -> any DeviceValue

    /// Plans a graph whose nodes are all supported.
    ///
    /// - Parameter state: the memory of each state of the graph; runs read it and write the graph's updates into it.
    func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable

    /// The bytes of memory that the device can still allocate; nil where that is unknown.
    var availableByteCount: Int? { get }

    /// The bytes that a program of a graph would take beyond what programs of the backend already hold, states not
    /// included: found by planning it, without a large allocation or timing of kernels. All nodes are supported.
    ///
    /// - Parameter state: the memory of those of the graph's states that the device already holds.
    /// - Returns: nil where the backend cannot tell.
    func predictedByteCount(of graph: Graph, state: [String: any DeviceBuffer]) throws -> Int?
}

extension Backend {
    /// The passes that help on every device.
    public var pipeline: [any Pass] { Graph.simplifications }

    /// The backend's support, in the form that passes query.
    public var capabilities: Capabilities {
        Capabilities { supports($0, operands: $1, results: $2) }
    }

    /// All passes that may run: the pipeline, and the one that decomposes what the backend does not support.
    var passes: [any Pass] { pipeline + [DecomposeOperations()] }

    /// One line for display: library, version, instruction set.
    public var summary: String { profile.summary }
    public func stage(_ tensor: Tensor) throws -> any DeviceValue { tensor }
    public var availableByteCount: Int? { nil }
    public func predictedByteCount(of graph: Graph, state: [String: any DeviceBuffer]) throws -> Int? { nil }
}
