/// A kernel to launch: its name in the program's module, what it is given, and over how many threads.
struct KernelLaunch {
    let name: String
    /// In the order of the kernel's parameter.
    let pointers: [BufferID]
    let grid: (x: Int, y: Int)
    let block: (x: Int, y: Int)
    let written: [BufferID]
    /// The bytes that are read of buffers which are not read whole.
    var partialReads: [BufferID: Int] = [:]
    /// Whether the kernel computes each element of one tensor from elements of others, and nothing else.
    var isElementwise = false

    /// The largest number of pointers that a kernel's parameter holds.
    static let pointerLimit = 32
    /// The largest width of a grid.
    static let gridLimit = Int(Int32.max)
}

/// The pointers of a kernel, in order, each once.
struct KernelPointers {
    private(set) var buffers: [BufferID] = []

    /// The place of a buffer among the pointers.
    mutating func place(_ buffer: BufferID) -> Int {
        if let place = buffers.firstIndex(of: buffer) { return place }
        buffers.append(buffer)
        return buffers.count - 1
    }

    /// The expression for a view's pointer.
    mutating func code(_ view: View, isConst: Bool = true) -> String {
        let type = view.dataType.kernelType ?? "float"
        let place = place(view.buffer)
        let start = "((\(isConst ? "const " : "")\(type) *)arguments.pointers[\(place)])"
        return view.offset == 0 ? start : "(\(start) + \(view.offset)ll)"
    }
}
