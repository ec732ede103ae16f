import FoveaGraph

/// A tensor of a program under construction: the buffer it lies in, and how.
struct Stored {
    let buffer: Int
    let layout: Layout

    /// The same memory under another layout of as many bytes.
    func viewed(as layout: Layout) -> Stored { Stored(buffer: buffer, layout: layout) }
}

/// A piece of memory of a program under construction.
struct Buffer {
    enum Home {
        /// Shares the arena with buffers that are needed at other times. What a preparation makes and a run reads stays
        /// between runs instead.
        case arena
        /// Stays between runs: a constant's elements.
        case constant(Tensor)
        /// Belongs to the device.
        case state(StateMemory)
        /// Belongs to the caller of a run: an input that is read where it lies.
        case caller
    }

    var home: Home
    let byteCount: Int
}

/// A step of a program before memory is assigned: what it does, reads and writes.
struct PlannedStep {
    enum Work {
        case primitive(PrimitiveDescriptor, [(argument: Argument, stored: Stored)])
        /// A loop of our own; given its memory, it returns what a run calls.
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
    /// How many threads run it; nil for all.
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

/// The memory of a kernel's operands and results, valid as long as the executable.
@safe struct KernelMemory {
    private let reads: [UnsafeMutableRawPointer]
    private let writes: [UnsafeMutableRawPointer]

    @unsafe init(reads: [UnsafeMutableRawPointer], writes: [UnsafeMutableRawPointer]) {
        unsafe self.reads = reads
        unsafe self.writes = writes
    }

    @unsafe func operand<Element>(_ index: Int, of: Element.Type = Float.self) -> UnsafePointer<Element> {
        unsafe UnsafePointer(reads[index].assumingMemoryBound(to: Element.self))
    }

    @unsafe func result<Element>(_ index: Int, of: Element.Type = Float.self) -> UnsafeMutablePointer<Element> {
        unsafe writes[index].assumingMemoryBound(to: Element.self)
    }
}
