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
