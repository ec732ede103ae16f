import CFoveaCPU

/// A kernel that oneDNN has generated.
///
/// A class and not a `~Copyable` struct because steps, which hold primitives, are kept in arrays.
@safe final class Primitive: @unchecked Sendable {
    // Unchecked: the handle never changes, and oneDNN lets any thread run its primitive.
    let handle: dnnl_primitive_t

    init(_ descriptor: PrimitiveDescriptor, for purpose: String) throws {
        var made: dnnl_primitive_t?
        try unsafe check(dnnl_primitive_create(&made, descriptor.handle), purpose)
        guard let made = unsafe made else { preconditionFailure("oneDNN reported success and made nothing") }
        unsafe handle = made
    }

    deinit { unsafe dnnl_primitive_destroy(handle) }
}

/// A primitive with its memory: everything that running it takes, prepared once.
@safe final class BoundPrimitive {
    private let primitive: Primitive
    private let engine: Engine
    private let purpose: String
    private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

    /// - Parameter arguments: the memory of each argument, which must stay as long as this object; nil where
    ///   ``place(_:at:)`` sets it before each run.
    init(
        _ primitive: Primitive, _ arguments: [(argument: Argument, layout: Layout, memory: UnsafeMutableRawPointer?)],
        on engine: Engine, for purpose: String
    ) throws {
        self.primitive = primitive
        self.engine = engine
        self.purpose = purpose
        var made: [dnnl_exec_arg_t] = unsafe []
        do {
            try unsafe arguments.forEach { argument, layout, pointer in
                var memory: dnnl_memory_t?
                var descriptor = layout.descriptor
                try unsafe check(dnnl_memory_create(&memory, &descriptor, engine.handle, pointer), purpose)
                unsafe made.append(dnnl_exec_arg_t(arg: argument.rawValue, memory: memory))
            }
        } catch {
            unsafe made.forEach { _ = unsafe dnnl_memory_destroy($0.memory) }
            throw error
        }
        unsafe self.arguments = .allocate(capacity: made.count)
        _ = unsafe self.arguments.initialize(from: made)
    }

    deinit {
        unsafe arguments.forEach { _ = unsafe dnnl_memory_destroy($0.memory) }
        unsafe arguments.deallocate()
    }

    /// Sets the memory of an operand for the next run.
    func place(_ position: Int, at memory: UnsafeRawPointer) throws {
        // Safe: the caller names an operand, which a primitive only reads.
        try unsafe check(
            dnnl_memory_set_data_handle(arguments[position].memory, UnsafeMutableRawPointer(mutating: memory)), purpose)
    }

    func run() throws {
        // Safe: the handles and the array live as long as this object, the memory as long as the executable.
        let status = unsafe dnnl_primitive_execute(
            primitive.handle, engine.stream, Int32(arguments.count), arguments.baseAddress)
        try check(status, purpose)
    }
}
