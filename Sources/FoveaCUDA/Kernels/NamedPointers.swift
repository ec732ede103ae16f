/// The pointers of a kernel, each declared under a name.
struct NamedPointers {
    private(set) var pointers = KernelPointers()
    private(set) var lines: [String] = []
    private(set) var written: [BufferID] = []

    /// A pointer that the kernel reads; none for nil.
    mutating func read(_ name: String, _ view: View?) {
        guard let view else { return }
        let type = view.dataType.kernelType ?? "float"
        lines.append("const \(type) *const \(name) = \(pointers.code(view));")
    }

    /// A pointer to floats that the kernel writes.
    mutating func write(_ name: String, _ view: View) {
        lines.append("float *const \(name) = \(pointers.code(view, isConst: false));")
        if !written.contains(view.buffer) { written.append(view.buffer) }
    }
}
