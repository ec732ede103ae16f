import FoveaFoundation
import FoveaGraph

/// All differences between named types and the expected ones.
struct TypeMisfits {
    private var missing: [String] = []
    private var unexpected: [String] = []
    private var otherTypes: [String] = []
    private var otherShapes: [String] = []
    private var closest: [String] = []

    init(of found: Named<TensorType>, expected: Named<TensorType>) {
        let known = Dictionary(uniqueKeysWithValues: found.map { $0 })
        unexpected = found.names.filter { !expected.contains($0) }
        for (name, type) in expected {
            guard let actual = known[name] else {
                missing.append("\(quoted(name)) \(type)")
                if let near = nearestName(to: name, among: unexpected) {
                    closest.append("\(quoted(near)) for \(quoted(name))")
                }
                continue
            }
            let difference = "\(quoted(name)) is \(actual) where \(type) is expected"
            if actual.dataType != type.dataType {
                otherTypes.append(difference)
            } else if actual.shape != type.shape {
                otherShapes.append(difference)
            }
        }
    }

    /// Nil where everything fits.
    var description: String? {
        let faults = [
            ("missing", missing), ("not expected", unexpected.map(quoted)), ("other types", otherTypes),
            ("other shapes", otherShapes), ("closest names", closest),
        ].filter { !$0.1.isEmpty }.map { "\($0): \($1.joined(separator: ", "))" }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }
}
