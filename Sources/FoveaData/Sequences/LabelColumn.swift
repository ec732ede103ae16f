import FoveaFoundation
import FoveaGraph

/// The labels of examples as a file has them, before the order of the classes is fixed.
struct LabelColumn {
    /// The position of each example's label in ``names``; empty where there are no labels.
    private(set) var positions: [Int] = []
    /// The different labels, in the order in which they occur.
    private(set) var names: [String] = []
    private var positionOfName: [String: Int] = [:]

    var isEmpty: Bool { positions.isEmpty }

    /// Adds the label of the next example.
    mutating func add(_ name: String) {
        let position = positionOfName[name] ?? names.count
        if position == names.count {
            positionOfName[name] = position
            names.append(name)
        }
        positions.append(position)
    }

    func contains(_ name: String) -> Bool { positionOfName[name] != nil }

    /// The position of each example's label among the classes.
    ///
    /// - Parameter locating: adds the file and the line of an example to an error.
    /// - Throws: ``FoveaError`` when a label is none of the classes.
    func indices(
        in classNames: [String], locating: (FoveaError, _ example: Int) -> FoveaError
    ) throws -> [Int32] {
        let classes = Dictionary(
            classNames.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        let indices = names.map { classes[$0] }
        return try positions.enumerated().map { example, label in
            if let index = indices[label] { return index }
            let known = classNames.prefix(10).map(quoted).joined(separator: ", ")
            let hint = nearestName(to: names[label], among: classNames).map { " Did you mean \(quoted($0))?" } ?? ""
            throw locating(
                FoveaError(
                    .badData,
                    "The label \(quoted(names[label])) is none of the \(classNames.count) classes of the training data: "
                        + "\(known)\(classNames.count > 10 ? ", …" : "").",
                    remedy: "Use data of the same classes.\(hint)"),
                example)
        }
    }
}
