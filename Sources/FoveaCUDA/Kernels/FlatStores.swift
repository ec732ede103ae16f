import FoveaGraph

/// Numbers computed for each element of a shape from the elements at the same places of tensors that lie in the same order:
/// a pass of which many fit into one launch, whatever their sizes.
struct FlatStores {
    let targets: [PlacedExpression]
    let count: Int
    /// What is read and written, in the order of the pointers.
    let views: [View]
    /// The kernel, which is the same for all that compute the same from tensors of the same types.
    let body: String

    static let threads = 256
    /// Elements that a block computes.
    static let chunk = 16 * threads

    /// - Parameters:
    ///   - targets: places of one shape that do not overlap; what one of them reads of another is the old value.
    ///   - guardType: the type of the number without which nothing is written: where it is NaN or infinite.
    /// - Returns: nil where the tensors lie in different orders, or random numbers are drawn.
    init?(_ targets: [PlacedExpression], _ shape: Shape, guardedBy guardType: DataType?) {
        let places = targets.map(\.place)
        let loads = targets.flatMap(\.value.views).reduce(into: places) { if !$0.contains($1) { $0.append($1) } }
        guard let first = places.first, targets.allSatisfy({ $0.value.counters.isEmpty }) else { return nil }
        let space = IterationSpace(shape, axes: first.walkOrder(shape), strides: loads.map(\.strides))
        let isConstant = loads.map { $0.strides.allSatisfy { $0 == 0 } && shape.rank > 0 }
        guard
            loads.indices.allSatisfy({ index in
                index >= places.count && isConstant[index] || space.isContiguous(index)
            })
        else { return nil }
        (self.targets, views, count) = (targets, loads, shape.elementCount)
        body = Self.body(targets, loads, isConstant, count: count, guardType)
    }

    private static func body(
        _ targets: [PlacedExpression], _ views: [View], _ isConstant: [Bool], count: Int, _ guardType: DataType?
    ) -> String {
        let type = KernelIndex.type(reaching: count + chunk)
        var lines: [String] = []
        if let guardType {
            let pointer = "(const \(guardType.kernelType ?? "float") *)arguments.pointers[1]"
            lines.append("if (!is_finite(load(\(pointer)))) return;")
        }
        lines.append("const unsigned long long *const table = (const unsigned long long *)arguments.pointers[0];")
        lines.append("const unsigned long long entry = table[blockIdx.x];")
        lines.append("const unsigned long long *const row = table + (entry >> 32);")
        for (index, view) in views.enumerated() {
            let element = "\(index < targets.count ? "" : "const ")\(view.dataType.kernelType ?? "float")"
            lines.append("\(element) *const p\(index) = (\(element) *)row[\(index + 1)];")
        }
        lines.append("const \(type) first = (\(type))(unsigned)entry * \(chunk);")
        lines.append("const \(type) end = min(first + \(chunk), (\(type))row[0]);")
        var code = ExpressionCode(
            place: { view in
                let index = views.firstIndex(of: view) ?? 0
                return ("p\(index)", isConstant[index] ? "0" : "i")
            }, counter: { _ in "0" })
        code.isConstant = { view in views.firstIndex(of: view).map { isConstant[$0] } ?? false }
        // All are computed before the first is written: one may be read for another.
        let values = targets.map { code.value($0.value) }
        lines += code.constantLines
        lines.append("for (\(type) i = first + threadIdx.x; i < end; i += \(threads)) {")
        lines += code.lines
        for (index, target) in targets.enumerated() {
            lines.append("p\(index)[i] = \(target.place.dataType.stored(values[index]));")
        }
        lines.append("}")
        return lines.joined(separator: "\n")
    }
}

/// What a kernel for many ``FlatStores`` reads first: an entry for each block, the place of its row above the number of its
/// chunk; then the rows, each the number of elements and the pointers.
struct FlatStoresTable {
    /// A word of 64 bits: a number, or the address of an element of a buffer.
    enum Word {
        case number(UInt64)
        case address(BufferID, byteOffset: Int)
    }

    private(set) var words: [Word] = []
    let blocks: Int

    init(_ rows: [FlatStores]) {
        func chunks(_ row: FlatStores) -> Int { (row.count + FlatStores.chunk - 1) / FlatStores.chunk }
        blocks = rows.reduce(0) { $0 + chunks($1) }
        var start = blocks
        for row in rows {
            words += (0..<chunks(row)).map { .number(UInt64(start) << 32 | UInt64($0)) }
            start += 1 + row.views.count
        }
        for row in rows {
            words.append(.number(UInt64(row.count)))
            words += row.views.map { .address($0.buffer, byteOffset: $0.offset * $0.dataType.byteCount) }
        }
    }
}
