import CFoveaCPU
import FoveaGraph

/// An operation with a sliding window that the CPU backend runs.
protocol WindowLowerable: CPULowerable {
    var window: Window { get }
}

extension WindowLowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        window.isLowerable && (operands + results).allSatisfy { $0.dataType == .float32 && $0.isLowerable }
    }
}

extension Window {
    /// Whether oneDNN has this many spatial axes.
    var isLowerable: Bool { axes.count <= Layout.mostSpatialAxes }

    /// The window in the form of oneDNN's functions, which count dilation from 0.
    var oneDNN: fovea_window {
        func numbers(_ number: (Axis) -> Int) -> (Int64, Int64, Int64) {
            let numbers = axes.map { Int64(number($0)) } + [0, 0]
            return (numbers[0], numbers[1], numbers[2])
        }
        return fovea_window(
            kernel: numbers(\.kernel), stride: numbers(\.stride), dilation: numbers { $0.dilation - 1 },
            before: numbers(\.before), after: numbers(\.after))
    }
}
