import FoveaGraph

/// A kernel that computes an expression for each element of a shape and combines the numbers along some axes into one,
/// always in the same order.
struct ReductionKernel {
    /// How numbers are combined.
    enum Combination: Hashable {
        case sum, maximum

        func code(_ left: String, _ right: String) -> String {
            self == .sum ? "\(left) + \(right)" : "maximum(\(left), \(right))"
        }
        /// The result of no numbers.
        var start: String { self == .sum ? "0.0f" : "(-infinity())" }
    }

    let expression: Expression
    let shape: Shape
    /// The axes along which numbers are combined.
    let reduced: Set<Int>
    let combination: Combination
    /// What the combination is multiplied by.
    let factor: Double
    /// Where the results go, by the shape's coordinates; 0 along reduced axes.
    let result: View

    private static let threads = 256
    /// Results side by side in a block, where neighbouring threads have neighbouring results.
    private static let columns = 32
    /// Numbers that each thread combines at least.
    private static let leastLength = 16
    private static let sliceLimit = 512

    /// The kernels in order: where there are few results, several blocks share each and a second kernel joins their parts.
    ///
    /// - Parameter scratch: a buffer for so many floats.
    func launches(
        adding code: inout KernelCode, multiprocessors: Int, scratch: (Int) -> BufferID
    ) -> [KernelLaunch] {
        let views = expression.views
        let counters = expression.counters
        let order = (views.first ?? result).walkOrder(shape)
        let strides = [result.strides] + views.map(\.strides) + counters
        let kept = IterationSpace(shape, axes: order.filter { !reduced.contains($0) }, strides: strides)
        let along = IterationSpace(shape, axes: order.filter { reduced.contains($0) }, strides: strides)
        // Neighbouring threads read neighbouring elements: those of one result, or one each of neighbouring results.
        let isRow = order.last { shape[$0] != 1 }.map(reduced.contains) ?? true
        let width = isRow ? 1 : Self.columns
        let groups = (kept.count + width - 1) / width
        let perPass = Self.threads / width
        let wanted = 4 * multiprocessors
        let useful = max(1, along.count / (perPass * Self.leastLength))
        let slices = max(1, min(Self.sliceLimit, min(useful, (wanted + groups - 1) / max(1, groups))))
        let extent = strides.indices.map { kept.extent($0) + along.extent($0) }.max() ?? 0
        let type = KernelIndex.type(reaching: max(extent, along.count + Self.threads * slices, kept.count * slices))

        let partial = slices > 1 ? scratch(kept.count * slices) : nil
        var pointers = KernelPointers()
        let target =
            partial.map {
                pointers.code(View(buffer: $0, offset: 0, strides: [], dataType: .float32), isConst: false)
            } ?? pointers.code(result, isConst: false)
        let body = body(
            views, counters, kept, along, type: type, slices: slices, width: width, target: target, pointers: &pointers)
        let blocks = min(max(1, groups), KernelLaunch.gridLimit.x)
        let first = KernelLaunch(
            name: code.add(body, threads: Self.threads), pointers: pointers.buffers, grid: (blocks, slices),
            block: (width == 1 ? Self.threads : width, width == 1 ? 1 : perPass), written: [partial ?? result.buffer])
        guard let partial else { return [first] }
        return [first, joining(partial, kept, slices, adding: &code)]
    }

    private func body(
        _ views: [View], _ counters: [[Int]], _ kept: IterationSpace, _ along: IterationSpace, type: String,
        slices: Int, width: Int, target: String, pointers: inout KernelPointers
    ) -> String {
        let suffix = KernelIndex.suffix(type)
        let outer = IndexCode(space: kept, index: "o", indexType: type, prefix: "k")
        let inner = IndexCode(space: along, index: "r", indexType: type, prefix: "c")
        func offset(_ view: Int) -> String {
            [outer.offset(view), inner.offset(view)].filter { $0 != "0" }.joined(separator: " + ")
        }
        let sources = views.map { pointers.code($0) }
        var expressionCode = ExpressionCode(
            place: { view in
                guard let position = views.firstIndex(of: view) else { return ("0", "0") }
                let place = offset(position + 1)
                return (sources[position], place.isEmpty ? "0" : "(\(place))")
            },
            counter: { strides in
                let place = counters.firstIndex(of: strides).map { offset(1 + views.count + $0) } ?? ""
                return place.isEmpty ? "0" : place
            })
        let value = expressionCode.value(expression)
        let isRow = width == 1
        let position = isRow ? "threadIdx.x" : "threadIdx.y"
        let perPass = isRow ? Self.threads : Self.threads / width
        let length = (along.count + slices - 1) / slices
        let groups = (kept.count + width - 1) / width
        let all = Array(0..<(1 + views.count + counters.count))
        var lines = ["__shared__ float parts[\(Self.threads)];"]
        lines.append(
            "for (\(type) group = blockIdx.x; group < \(groups)\(suffix); group += gridDim.x) {")
        lines.append(isRow ? "const \(type) o = group;" : "const \(type) o = group * \(width)\(suffix) + threadIdx.x;")
        lines.append("float sum = \(combination.start);")
        lines.append(isRow ? "{" : "if (o < \(kept.count)\(suffix)) {")
        lines += outer.coordinates(for: all)
        lines.append("const \(type) first = blockIdx.y * \(length)\(suffix);")
        lines.append("const \(type) end = min(first + \(length)\(suffix), (\(type))\(along.count)\(suffix));")
        lines.append("for (\(type) r = first + \(position); r < end; r += \(perPass)\(suffix)) {")
        lines += inner.coordinates(for: all)
        lines += expressionCode.lines
        lines.append("sum = \(combination.code("sum", value));")
        lines.append("}")
        lines.append("}")
        let own = isRow ? "threadIdx.x" : "threadIdx.y * \(width) + threadIdx.x"
        lines.append("parts[\(own)] = sum;")
        lines.append("__syncthreads();")
        lines.append("for (unsigned half = \(perPass / 2); half > 0; half /= 2) {")
        lines.append(
            "if (\(position) < half) parts[\(own)] = \(combination.code("parts[\(own)]", "parts[\(own) + half * \(isRow ? 1 : width)]"));"
        )
        lines.append("__syncthreads();")
        lines.append("}")
        let scaled = factor == 1 || slices > 1 ? "parts[\(own)]" : "parts[\(own)] * \(floatLiteral(factor))"
        let isOwner = isRow ? "threadIdx.x == 0" : "threadIdx.y == 0 && o < \(kept.count)\(suffix)"
        lines.append("if (\(isOwner)) {")
        if slices > 1 {
            lines.append("\(target)[blockIdx.y * (\(type))\(kept.count)\(suffix) + o] = \(scaled);")
        } else {
            lines += outer.coordinates(for: [0])
            lines.append("\(target)[\(outer.offset(0))] = \(result.dataType.stored(scaled));")
        }
        lines.append("}")
        lines.append("__syncthreads();")
        lines.append("}")
        return lines.joined(separator: "\n")
    }

    /// The kernel that combines the slices of each result in order.
    private func joining(
        _ partial: BufferID, _ kept: IterationSpace, _ slices: Int, adding code: inout KernelCode
    ) -> KernelLaunch {
        let type = KernelIndex.type(reaching: max(kept.count * slices, kept.extent(0)) + Self.threads)
        let suffix = KernelIndex.suffix(type)
        let outer = IndexCode(space: kept, index: "o", indexType: type, prefix: "k")
        var pointers = KernelPointers()
        let target = pointers.code(result, isConst: false)
        let source = pointers.code(View(buffer: partial, offset: 0, strides: [], dataType: .float32))
        var lines = ["const \(type) o = blockIdx.x * (\(type))blockDim.x + threadIdx.x;"]
        lines.append("if (o >= \(kept.count)\(suffix)) return;")
        lines.append("float sum = \(combination.start);")
        lines.append("for (unsigned slice = 0; slice < \(slices)u; slice++)")
        lines.append("    sum = \(combination.code("sum", "\(source)[slice * (\(type))\(kept.count)\(suffix) + o]"));")
        lines += outer.coordinates(for: [0])
        let scaled = factor == 1 ? "sum" : "sum * \(floatLiteral(factor))"
        lines.append("\(target)[\(outer.offset(0))] = \(result.dataType.stored(scaled));")
        return KernelLaunch(
            name: code.add(lines.joined(separator: "\n"), threads: Self.threads), pointers: pointers.buffers,
            grid: ((kept.count + Self.threads - 1) / Self.threads, 1), block: (Self.threads, 1),
            written: [result.buffer])
    }
}
