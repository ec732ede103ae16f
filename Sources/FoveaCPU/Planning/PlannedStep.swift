import FoveaGraph

/// A step of a program before memory is assigned: its work, its reads and its writes.
struct PlannedStep {
    enum Work {
        case primitive(PrimitiveDescriptor, [(argument: Argument, stored: Stored)])
        /// A hand-written kernel; given its memory, it returns the function of a run.
        case kernel((KernelMemory) -> () -> Void)
    }

    /// The node that the step belongs to, for the program's report and for errors.
    let node: Node
    let operation: String
    let implementation: String
    let reads: [Stored]
    let writes: [Stored]
    /// Results that may overwrite an operand that is not read later: element i of one is computed from element i of the
    /// other.
    let inPlace: [(result: Stored, operand: Stored)]
    /// An earlier node, where the step computes it as well.
    var including: Node?
    /// Whether another step does the arithmetic that the operation's multiply-adds count.
    var isSideWork = false
    /// The question whose answer, a kernel, it runs or prepares for; nil where there was no choice.
    var question: String?
    /// The number of threads that run it; nil for all.
    var threads: Int?
    /// Whether its result for NaN or an infinity may differ from the definition; then an operation was invalid, and the
    /// processor has noticed.
    var mayMistakeNonFinite = false
    let work: Work

    var purpose: String { node.purpose }
}

extension Node {
    /// ``Convolution (`conv1`)``: the operation and its layer, for errors.
    var purpose: String {
        location.path.isEmpty ? operation.operationName : "\(operation.operationName) (`\(location.path)`)"
    }
}
