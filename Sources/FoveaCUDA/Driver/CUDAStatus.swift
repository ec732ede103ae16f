import CFoveaCUDA
import FoveaGraph

/// The driver's codes that mean something to whoever reads the error.
enum CUDAStatus {
    static let success: Int32 = 0
    static let outOfMemory: Int32 = 2
    static let noDevice: Int32 = 100
    static let insufficientDriver: Int32 = 35
    static let deviceUnavailable: Int32 = 46
    static let invalidImage: Int32 = 200
    /// After these the context is lost, and with it everything on the device.
    static let lost: Set<Int32> = [700, 702, 714, 715, 716, 717, 718, 719, 720]
}

extension CUDALibraries {
    /// Throws unless a call of the driver succeeded.
    ///
    /// - Parameter purpose: what the call was for, as in "cuMemAlloc for the states".
    func check(_ code: Int32, _ purpose: @autoclosure () -> String) throws {
        guard code != CUDAStatus.success else { return }
        throw error(code, purpose())
    }

    func error(_ code: Int32, _ purpose: String) -> FoveaError {
        let name = unsafe text(driver.cuGetErrorName, code) ?? "code \(code)"
        let explanation = unsafe text(driver.cuGetErrorString, code).map { ": \($0)" } ?? ""
        let problem = "CUDA failed at \(purpose) with \(name)\(explanation)."
        switch code {
        case CUDAStatus.noDevice:
            return FoveaError(.unavailable, "This machine has no CUDA device.", remedy: "Use --device cpu.")
        case CUDAStatus.insufficientDriver:
            return FoveaError(
                .unavailable, "NVIDIA's driver is older than its libraries.",
                remedy: "Update the driver, or name older libraries in \(LibrarySearch.variable).")
        case CUDAStatus.deviceUnavailable:
            return FoveaError(
                .unavailable, "The CUDA device is used by another process, which has it to itself.",
                remedy: "Wait for that process, or choose another device with --device cuda:N.")
        case CUDAStatus.outOfMemory:
            return FoveaError(
                .unavailable, "The CUDA device has not enough memory for \(purpose).",
                remedy: "Use a smaller batch, or end what else runs on the device.")
        case let code where CUDAStatus.lost.contains(code):
            return FoveaError(
                .unavailable, problem,
                remedy: "Nothing on the device can be used any more: start the process again, from its last checkpoint."
            )
        default:
            return FoveaError(.unavailable, problem, remedy: "Look at fovea doctor, or use --device cpu.")
        }
    }

    private func text(
        _ call: (@convention(c) (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Int32)?, _ code: Int32
    ) -> String? {
        var text: UnsafePointer<CChar>? = nil
        guard unsafe call?(code, &text) == CUDAStatus.success, let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }
}
