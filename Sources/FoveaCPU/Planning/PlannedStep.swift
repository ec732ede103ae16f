import FoveaGraph

/// A step of a program before memory is assigned: what it does, reads and writes.
struct PlannedStep {
    enum Work {
        case primitive(PrimitiveDescriptor, [(argument: Argument, stored: Stored)])
        /// A hand-written kernel; given its memory, it returns what a run calls.
        case kernel((KernelMemory) -> () -> Void)
    }

    /// The node that asked for it, for the program's report and for errors.
    let node: Node
    let operation: String
    let implementation: String
    let reads: [Stored]
    let writes: [Stored]
    /// Results that may take the place of an operand that nobody reads later: element i of one is computed from element
    /// i of the other.
    let inPlace: [(result: Stored, operand: Stored)]
    /// The node before, where the step computes it as well.
    var including: Node?
    /// The number of threads that run it; nil for all.
    var threads: Int?
    /// Whether what it makes of NaN or an infinity may differ from the definition; then an operation was invalid, and the
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
