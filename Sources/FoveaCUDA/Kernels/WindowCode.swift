import FoveaGraph

/// The statements with which a kernel walks a window over images in the device's order, in CUDA's dialect of C.
struct WindowCode {
    let window: Window
    /// The images' spatial sizes, and the results'.
    let images: [Int]
    let results: [Int]
    /// The type of indices.
    let type: String

    private var signed: String { type == KernelIndex.narrow ? "int" : "long long" }
    private var axes: Range<Int> { images.indices }

    /// Splits an index into a coordinate for each size, innermost last; what is left is the coordinate before them.
    func split(_ index: String, _ sizes: [Int], into name: String, rest: String) -> [String] {
        var lines: [String] = []
        var left = index
        for axis in sizes.indices.reversed() {
            lines.append("const \(type) \(name)\(axis) = \(left) % \(sizes[axis])u;")
            let next = axis == 0 ? rest : "\(rest)_\(name)\(axis)"
            lines.append("const \(type) \(next) = \(left) / \(sizes[axis])u;")
            left = next
        }
        if sizes.isEmpty { lines.append("const \(type) \(rest) = \(index);") }
        return lines
    }

    /// The pixel under place `t…` of the window at position `o…`: `p…`, and the condition that it lies in the image.
    func pixel() -> (lines: [String], isInside: String) {
        let lines = axes.map { axis in
            let own = window.axes[axis]
            return
                "const \(signed) p\(axis) = (\(signed))(o\(axis) * \(own.stride)u + t\(axis) * \(own.dilation)u) - \(own.before);"
        }
        let inside = axes.map { "p\($0) >= 0 && p\($0) < \(images[$0])" }.joined(separator: " && ")
        return (lines, inside)
    }

    /// The position `o…` at which place `t…` of the window lies on pixel `p…`, and the condition that there is one.
    func position() -> (lines: [String], isInside: String) {
        let lines = axes.flatMap { axis in
            let own = window.axes[axis]
            return [
                "const \(signed) s\(axis) = (\(signed))p\(axis) + \(own.before) - (\(signed))(t\(axis) * \(own.dilation)u);",
                "const \(signed) o\(axis) = s\(axis) / \(own.stride);",
            ]
        }
        let inside = axes.map { axis in
            "s\(axis) >= 0 && s\(axis) % \(window.axes[axis].stride) == 0 && o\(axis) < \(results[axis])"
        }.joined(separator: " && ")
        return (lines, inside)
    }

    /// The number of the pixel of all images, given the image `n` and its coordinates.
    func number(_ name: String, of sizes: [Int]) -> String {
        axes.reduce("(\(type))n") { "(\($0) * \(sizes[$1])u + \(name)\($1))" }
    }

    /// Begins a loop over the places of the window, which declares `t…` and the number of the place, `tap`.
    var eachPlace: [String] {
        axes.map { "for (\(type) t\($0) = 0; t\($0) < \(window.axes[$0].kernel)u; t\($0)++)" }
            + ["{", "const \(type) tap = \(axes.reduce("0u") { "(\($0) * \(window.axes[$1].kernel)u + t\($1))" });"]
    }
}
