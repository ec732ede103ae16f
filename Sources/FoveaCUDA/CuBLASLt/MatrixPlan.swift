import CFoveaCUDA
import FoveaGraph
import Synchronization

/// A product of matrices of one type, row by row, as cuBLASLt is asked for it: [M, K] times [K, N], either of which may lie
/// transposed.
struct MatrixQuestion: Hashable, Sendable {
    let rows: Int
    let columns: Int
    let depth: Int
    let transposingLeft: Bool
    let transposingRight: Bool
    let dataType: DataType
}

/// A kernel of cuBLASLt's for one product.
///
/// cuBLASLt counts along columns first: it sees the transposed of each matrix, and multiplies them in the other order.
@safe final class MatrixPlan: @unchecked Sendable {
    // Unchecked: never changed after it is made.
    private let calls: fovea_cublaslt
    private let handle: CuBLASLtHandle
    private var product: UnsafeMutableRawPointer? = nil
    private var right: UnsafeMutableRawPointer? = nil
    private var left: UnsafeMutableRawPointer? = nil
    private var result: UnsafeMutableRawPointer? = nil
    private var choice = fovea_cublaslt_choice()

    var workspaceByteCount: Int { choice.workspace_count }

    /// Nil where cuBLASLt has no kernel.
    fileprivate init?(_ question: MatrixQuestion, on handle: CuBLASLtHandle, allowsTensorFloat32: Bool) {
        (calls, self.handle) = (handle.calls, handle)
        let compute =
            allowsTensorFloat32 && question.dataType == .float32
            ? FOVEA_CUBLAS_COMPUTE_32F_FAST_TF32 : FOVEA_CUBLAS_COMPUTE_32F
        let type = Int32(question.dataType == .bfloat16 ? FOVEA_CUDA_R_16BF : FOVEA_CUDA_R_32F)
        func layout(_ rows: Int, _ columns: Int, _ layout: inout UnsafeMutableRawPointer?) -> Bool {
            unsafe calls.cublasLtMatrixLayoutCreate(&layout, type, UInt64(rows), UInt64(columns), Int64(rows)) == 0
        }
        let (m, n, k) = (question.rows, question.columns, question.depth)
        guard unsafe calls.cublasLtMatmulDescCreate(&product, Int32(compute), Int32(FOVEA_CUDA_R_32F)) == 0,
            set(FOVEA_CUBLASLT_DESC_TRANSA, question.transposingRight),
            set(FOVEA_CUBLASLT_DESC_TRANSB, question.transposingLeft),
            unsafe question.transposingRight ? layout(k, n, &right) : layout(n, k, &right),
            unsafe question.transposingLeft ? layout(m, k, &left) : layout(k, m, &left),
            unsafe layout(n, m, &result), choose()
        else { return nil }
    }

    private func set(_ name: Int, _ isTransposed: Bool) -> Bool {
        var value = Int32(isTransposed ? FOVEA_CUBLAS_OP_T : FOVEA_CUBLAS_OP_N)
        return unsafe calls.cublasLtMatmulDescSetAttribute(product, Int32(name), &value, 4) == 0
    }

    /// Takes the first of the heuristics' choices.
    private func choose() -> Bool {
        var preference: UnsafeMutableRawPointer? = nil
        guard unsafe calls.cublasLtMatmulPreferenceCreate(&preference) == 0 else { return false }
        defer { _ = unsafe calls.cublasLtMatmulPreferenceDestroy(preference) }
        var limit = Self.workspaceLimit
        var count: Int32 = 0
        return unsafe calls.cublasLtMatmulPreferenceSetAttribute(
            preference, Int32(FOVEA_CUBLASLT_PREFERENCE_MAX_WORKSPACE_BYTES), &limit, 8) == 0
            && calls.cublasLtMatmulAlgoGetHeuristic(
                handle.handle, product, right, left, result, result, preference, 1, &choice, &count) == 0
            && count == 1 && choice.status == 0
    }

    deinit {
        if unsafe right != nil { _ = unsafe calls.cublasLtMatrixLayoutDestroy(right) }
        if unsafe left != nil { _ = unsafe calls.cublasLtMatrixLayoutDestroy(left) }
        if unsafe result != nil { _ = unsafe calls.cublasLtMatrixLayoutDestroy(result) }
        if unsafe product != nil { _ = unsafe calls.cublasLtMatmulDescDestroy(product) }
    }

    private static let workspaceLimit = 32 << 20

    /// Puts the product on a stream; cuBLASLt's status.
    func enqueue(
        left leftAddress: UInt64, right rightAddress: UInt64, result resultAddress: UInt64, workspace: UInt64,
        stream: UnsafeMutableRawPointer?
    ) -> Int32 {
        var (one, zero, choice) = (Float(1), Float(0), choice)
        return unsafe calls.cublasLtMatmul(
            handle.handle, product, &one, rightAddress, right, leftAddress, left, &zero, resultAddress, result,
            resultAddress, result, &choice.algorithm, workspace, choice.workspace_count, stream)
    }
}

/// cuBLASLt on one device.
@safe final class CuBLASLtHandle: @unchecked Sendable {
    // Unchecked: used on the device's compute thread only.
    let calls: fovea_cublaslt
    fileprivate let handle: UnsafeMutableRawPointer?

    /// Nil where it cannot be made.
    init?(_ calls: fovea_cublaslt) {
        var handle: UnsafeMutableRawPointer? = nil
        guard unsafe calls.cublasLtCreate(&handle) == 0 else { return nil }
        self.calls = calls
        unsafe self.handle = unsafe handle
    }

    deinit { _ = unsafe calls.cublasLtDestroy(handle) }
}

/// The plans for products on a device.
final class MatrixPlans: Sendable {
    private let handle: CuBLASLtHandle
    private let allowsTensorFloat32: Bool
    private let plans = Mutex<[MatrixQuestion: MatrixPlan?]>([:])

    init(_ handle: CuBLASLtHandle, allowsTensorFloat32: Bool) {
        self.handle = handle
        self.allowsTensorFloat32 = allowsTensorFloat32
    }

    /// The plan for a question; nil where cuBLASLt has none.
    func plan(_ question: MatrixQuestion) -> MatrixPlan? {
        if let known = plans.withLock({ $0[question] }) { return known }
        let plan = MatrixPlan(question, on: handle, allowsTensorFloat32: allowsTensorFloat32)
        plans.withLock { $0[question] = .some(plan) }
        return plan
    }
}
