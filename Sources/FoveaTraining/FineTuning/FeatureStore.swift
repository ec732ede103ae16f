import FoveaFoundation
import FoveaGraph

/// Features of examples, a row for each, in memory.
struct FeatureStore: Sendable {
    /// The types of one row's values.
    let types: [String: TensorType]
    private var rows: [[String: Tensor]] = []

    init(types: [String: TensorType]) { self.types = types }

    var count: Int { rows.count }

    mutating func append(_ row: [String: Tensor]) { rows.append(row) }

    func row(_ index: Int) throws -> [String: Tensor] { rows[index] }
}

extension [String: TensorType] {
    /// The size of one row.
    var rowByteCount: Int { values.reduce(0) { saturatingSum($0, $1.byteCount) } }
}
