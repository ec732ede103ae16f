import FoveaFoundation
import FoveaGraph

extension ImageFolder {
    /// Classes without images, parts whose classes differ, and an order of classes that surprises.
    var problemsOfClasses: [DataProblem] {
        var problems: [DataProblem] = []
        for part in parts where part.classes.isEmpty {
            problems.append(
                DataProblem(.emptyClass, "The part \(quoted(part.path)) has no class folders.", naming: [part.path]))
        }
        for folder in parts.flatMap(\.classes) where folder.images.isEmpty {
            problems.append(
                DataProblem(
                    .emptyClass, "The class folder \(quoted(folder.path)) has no images.", naming: [folder.path])
            )
        }
        if let training = parts.first, training.classes.count == 1 {
            problems.append(
                DataProblem(
                    .classMismatch,
                    "\(quoted(training.classes[0].name)) is the only class; a classifier needs at least two.",
                    files: [training.classes[0].path]))
        }
        problems += DataSurvey.mismatches(of: parts.map { ($0.part, $0.classNames) })
        if let training = parts.first, let order = DataSurvey.surprisingOrder(of: training.classNames) {
            problems.append(order)
        }
        return problems
    }
}

extension DataSurvey {
    /// The differences between the classes of the training part and those of the others.
    static func mismatches(of parts: [(part: DataPart, classNames: [String])]) -> [DataProblem] {
        guard let training = parts.first, training.part == .training else { return [] }
        let known = Set(training.classNames)
        return parts.dropFirst().flatMap { part, names in
            let (unknown, missing) = (names.filter { !known.contains($0) }, known.subtracting(names))
            var problems: [DataProblem] = []
            for name in unknown {
                let nearest = nearestName(to: name, among: training.classNames).map { "; did you mean \(quoted($0))?" }
                problems.append(
                    DataProblem(
                        .classMismatch,
                        "The part `\(part.rawValue)` has the class \(quoted(name)), which the training part lacks"
                            + (nearest ?? ".")))
            }
            if !missing.isEmpty, !names.isEmpty {
                let shown = Array(missing).sortedByBytes().prefix(5).map(quoted).joined(separator: ", ")
                problems.append(
                    DataProblem(
                        .classMismatch,
                        "The part `\(part.rawValue)` has no images of \(missing.count == 1 ? "the class" : "\(missing.count) classes:") \(shown)"
                            + (missing.count > 5 ? ", …" : "."),
                        isNote: true))
            }
            return problems
        }
    }

    /// Numbers that are sorted as text.
    static func surprisingOrder(of classNames: [String]) -> DataProblem? {
        let numbers = classNames.compactMap { Int($0) }
        guard numbers.count == classNames.count, numbers != numbers.sorted() else { return nil }
        let shown = classNames.prefix(4).joined(separator: ", ")
        return DataProblem(
            .order,
            "The classes are numbers, and their order is that of text: \(shown), …; label 1 is the class "
                + "\(quoted(classNames[1])). A file for --classes-file fixes another order.",
            isNote: true)
    }

    /// Training examples that come one class after the other.
    static func sortedOrder(of pictures: [Picture]) -> DataProblem? {
        let labels = pictures.lazy.filter { $0.part == .training }.map(\.label)
        let changes = zip(labels, labels.dropFirst()).count { $0 != $1 }
        let classes = Set(labels).count
        guard classes > 1, labels.count >= 4 * classes, changes < classes else { return nil }
        return DataProblem(
            .order,
            "The training examples are sorted by class. Training shuffles them; with --no-shuffle a batch would hold one class.",
            isNote: true)
    }
}
