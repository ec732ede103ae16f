import FoveaGraph

/// Axes that a kernel walks, innermost last, with the strides of each view along them; axes that all views cross in one go
/// are one.
struct IterationSpace: Hashable {
    private(set) var sizes: [Int] = []
    /// For each view, the stride along each axis.
    private(set) var strides: [[Int]]

    /// - Parameters:
    ///   - axes: some axes of the shape, outermost first.
    ///   - strides: for each view, the stride along each axis of the shape.
    init(_ shape: Shape, axes: [Int], strides all: [[Int]]) {
        strides = all.map { _ in [] }
        for axis in axes where shape[axis] != 1 {
            let isContinued =
                !sizes.isEmpty && all.indices.allSatisfy { strides[$0].last == all[$0][axis] * shape[axis] }
            if isContinued {
                sizes[sizes.count - 1] *= shape[axis]
                for view in all.indices { strides[view][sizes.count - 1] = all[view][axis] }
            } else {
                sizes.append(shape[axis])
                for view in all.indices { strides[view].append(all[view][axis]) }
            }
        }
    }

    var count: Int { sizes.reduce(1, *) }

    /// Whether a view's elements follow each other without gaps.
    func isContiguous(_ view: Int) -> Bool {
        var next = 1
        for axis in sizes.indices.reversed() {
            guard strides[view][axis] == next else { return false }
            next *= sizes[axis]
        }
        return true
    }

    func isConstant(_ view: Int) -> Bool { strides[view].allSatisfy { $0 == 0 } }

    /// The largest offset that a view reaches.
    func extent(_ view: Int) -> Int {
        zip(sizes, strides[view]).reduce(0) { $0 + max(0, $1.0 - 1) * $1.1 }
    }
}

/// The lines that find a view's offset from an index of an iteration space, in CUDA's dialect of C.
struct IndexCode {
    let space: IterationSpace
    let index: String
    let indexType: String
    /// Distinguishes the names of coordinates of two spaces in one kernel.
    let prefix: String

    private var suffix: String { KernelIndex.suffix(indexType) }

    /// The statements that compute the coordinates that some view needs.
    func coordinates(for views: [Int]) -> [String] {
        let needed = views.contains { !space.isContiguous($0) && !space.isConstant($0) }
        guard needed, space.sizes.count > 1 else { return [] }
        var lines = ["\(indexType) \(prefix)rest = \(index);"]
        for axis in space.sizes.indices.dropFirst().reversed() {
            lines.append("const \(indexType) \(prefix)\(axis) = \(prefix)rest % \(space.sizes[axis])\(suffix);")
            lines.append("\(prefix)rest /= \(space.sizes[axis])\(suffix);")
        }
        lines.append("const \(indexType) \(prefix)0 = \(prefix)rest;")
        return lines
    }

    /// The offset of a view's element.
    func offset(_ view: Int) -> String {
        if space.isConstant(view) { return "0" }
        if space.isContiguous(view) { return index }
        let strides = space.strides[view]
        if space.sizes.count == 1 { return "\(index) * \(strides[0])\(suffix)" }
        return space.sizes.indices.filter { strides[$0] != 0 }
            .map { strides[$0] == 1 ? "\(prefix)\($0)" : "\(prefix)\($0) * \(strides[$0])\(suffix)" }
            .joined(separator: " + ")
    }
}

/// The type of indices in a kernel: 32 bits where they suffice, because dividing longer ones takes far longer.
enum KernelIndex {
    static let narrow = "unsigned"
    static let wide = "unsigned long long"

    /// - Parameter largest: the largest index or offset that a kernel forms, and what it adds to go on.
    static func type(reaching largest: Int) -> String { largest < 1 << 31 ? narrow : wide }
    static func suffix(_ type: String) -> String { type == narrow ? "u" : "ull" }
}
