import CFoveaCPU
import FoveaGraph

extension Window {
    /// The window as oneDNN's functions take it.
    var oneDNN: fovea_window {
        fovea_window(
            kernel: (Int64(kernel.height), Int64(kernel.width)), stride: (Int64(stride.height), Int64(stride.width)),
            dilation: (Int64(dilation.height) - 1, Int64(dilation.width) - 1),
            before: (Int64(padding.top), Int64(padding.left)), after: (Int64(padding.bottom), Int64(padding.right)))
    }
}
