import CFoveaCPU
import Synchronization

/// An algorithm of oneDNN, chosen for operands of these layouts.
///
/// A class and not a `~Copyable` struct because equal steps share one, and with it the kernel.
@safe final class PrimitiveDescriptor: @unchecked Sendable {
    // Unchecked: the handle never changes, and oneDNN lets any thread read its descriptor.
    let handle: dnnl_primitive_desc_t
    private let kernel = Mutex<Primitive?>(nil)

    /// - Parameters:
    ///   - purpose: the operation and its layer, for the error.
    ///   - make: calls the function that makes the descriptor.
    init(
        for purpose: String, _ make: (UnsafeMutablePointer<dnnl_primitive_desc_t?>) -> dnnl_status_t
    ) throws {
        var made: dnnl_primitive_desc_t?
        try unsafe check(make(&made), purpose)
        guard let made = unsafe made else { preconditionFailure("oneDNN reported success and made nothing") }
        unsafe handle = made
    }

    private init(owning handle: dnnl_primitive_desc_t) { unsafe self.handle = handle }

    /// Several descriptors for the same problem.
    ///
    /// - Parameter make: calls the function that makes the descriptors, given memory for them and for their number.
    static func several(
        atMost capacity: Int, for purpose: String,
        _ make: (UnsafeMutablePointer<dnnl_primitive_desc_t?>, UnsafeMutablePointer<Int32>) -> dnnl_status_t
    ) throws -> [PrimitiveDescriptor] {
        var count: Int32 = 0
        var made = unsafe [dnnl_primitive_desc_t?](repeating: nil, count: capacity)
        // Safe: the memory has room for as many as the function may make.
        let status = unsafe made.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return dnnl_invalid_arguments }
            return unsafe make(start, &count)
        }
        try check(status, purpose)
        return unsafe made.compactMap { unsafe $0.map { unsafe PrimitiveDescriptor(owning: $0) } }
    }

    deinit { unsafe dnnl_primitive_desc_destroy(handle) }

    /// The layout that the primitive expects of one of its arguments (`DNNL_ARG_SRC`, …).
    func layout(of argument: Argument) -> Layout {
        // Safe: the descriptor that is returned lives as long as this one, and is copied.
        guard let found = unsafe dnnl_primitive_desc_query_md(handle, dnnl_query_exec_arg_md, argument.rawValue) else {
            preconditionFailure("oneDNN knows the layout of every argument")
        }
        return unsafe Layout(copying: found)
    }

    /// The algorithm's name: `jit:avx512_core`.
    var implementation: String {
        var name: UnsafePointer<CChar>?
        // Safe: the string lives as long as the descriptor, and is copied.
        guard unsafe dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &name) == dnnl_success,
            let name = unsafe name
        else { return "oneDNN" }
        return unsafe String(cString: name)
    }

    /// The kernel, generated on first use for the current number of threads.
    func primitive(for purpose: String) throws -> Primitive {
        try kernel.withLock { kernel in
            if let kernel { return kernel }
            let made = try Primitive(self, for: purpose)
            kernel = made
            return made
        }
    }
}

/// The role that a tensor plays for a primitive.
struct Argument: RawRepresentable, Hashable {
    let rawValue: Int32

    static let source = Argument(rawValue: DNNL_ARG_SRC)
    static let secondSource = Argument(rawValue: DNNL_ARG_SRC_1)
    static let weights = Argument(rawValue: DNNL_ARG_WEIGHTS)
    static let bias = Argument(rawValue: DNNL_ARG_BIAS)
    static let mean = Argument(rawValue: DNNL_ARG_MEAN)
    static let variance = Argument(rawValue: DNNL_ARG_VARIANCE)
    static let scale = Argument(rawValue: DNNL_ARG_SCALE)
    static let shift = Argument(rawValue: DNNL_ARG_SHIFT)
    static let destination = Argument(rawValue: DNNL_ARG_DST)
    static let sourceGradient = Argument(rawValue: DNNL_ARG_DIFF_SRC)
    static let weightsGradient = Argument(rawValue: DNNL_ARG_DIFF_WEIGHTS)
    static let destinationGradient = Argument(rawValue: DNNL_ARG_DIFF_DST)
    static let scratchpad = Argument(rawValue: DNNL_ARG_SCRATCHPAD)

    /// The argument of a following depthwise convolution in the same kernel that has this role.
    var ofDepthwise: Argument { Argument(rawValue: DNNL_ARG_ATTR_POST_OP_DW | rawValue) }

    /// One of the joined tensors.
    static func joined(_ index: Int) -> Argument { Argument(rawValue: DNNL_ARG_MULTIPLE_SRC + Int32(index)) }
}
