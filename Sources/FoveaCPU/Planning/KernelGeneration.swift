import CFoveaCPU
import Dispatch
import FoveaFoundation

/// Generates a program's kernels in order on a separate thread, while the rest of its graph is still being lowered:
/// both take about as long.
///
/// A kernel that cannot be generated is an error where it is used, not here.
final class KernelGeneration: Sendable {
    private let queue = DispatchQueue(label: "fovea.kernels")

    /// - Parameter threads: number of threads that will run the kernel.
    func begin(_ descriptor: PrimitiveDescriptor, threads: Int, for purpose: String) {
        // The thread that runs the queue may be started now, and serve others later.
        withDenormalNumbers(asZero: false) {
            queue.async {
                // The number belongs to the calling thread.
                fovea_set_thread_count(Int32(threads))
                _ = try? descriptor.primitive(for: purpose)
            }
        }
    }

    /// Waits until generation is done: kernels timed meanwhile would look slow.
    func finish() { queue.sync {} }
}
