import CFoveaCPU
import FoveaGraph

/// Throws unless oneDNN succeeded.
///
/// - Parameter purpose: the request, with the layer's path where there is one; evaluated on failure only.
func check(_ status: dnnl_status_t, _ purpose: @autoclosure () -> String) throws {
    guard status != dnnl_success else { return }
    if status == dnnl_out_of_memory {
        throw FoveaError(
            .unavailable, "oneDNN has too little memory for \(purpose()).", remedy: "Use a smaller batch.")
    }
    // Safe: oneDNN returns a string literal.
    let reason = unsafe String(cString: dnnl_status2str(status))
    throw FoveaError(.internalDefect, "oneDNN refused \(purpose()): \(reason).")
}
