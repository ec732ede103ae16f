import FoveaData
import FoveaFoundation
import FoveaGraph

/// A division of examples into folds, each with the same fraction of every class.
struct StratifiedFolds: Sendable {
    /// Number of folds.
    let count: Int
    /// The fold of each example.
    let foldOfExample: [Int]

    /// - Parameters:
    ///   - groups: examples of the same group are in the same fold; by default each example is alone.
    ///   - limitedToSmallestClass: whether there are no more folds than the smallest class has groups, so that each fold has
    ///     one of each class.
    ///   - className: a class in errors, such as its name between backticks.
    /// - Throws: ``FoveaError`` when there are fewer than two folds, when a class has a single group, because a network that
    ///   has seen none of a class knows nothing of it, or when a group has two labels.
    init(
        labels: [Int32], groups: [Int]? = nil, folds: Int, limitedToSmallestClass: Bool = false, seed: UInt64,
        className: (Int32) -> String
    ) throws {
        guard (2...100).contains(folds) else {
            throw FoveaError(.usage, "The number of folds is \(folds).", remedy: "Use 2 to 100.")
        }
        let groups = groups ?? Array(labels.indices)
        let classes = try Self.groupsOfClasses(labels, groups)
        for (label, members) in classes where members.count < 2 {
            throw FoveaError(
                .badData, "The class \(className(label)) has a single example.",
                remedy: "Give each class at least two.")
        }
        let smallest = classes.map(\.groups.count).min() ?? folds
        let count = limitedToSmallestClass ? min(folds, smallest) : folds
        // Groups are dealt out like cards, class by class, going on where the class before ended.
        var (next, foldOfGroup): (Int, [Int: Int]) = (0, [:])
        for (label, members) in classes {
            for position in EpochOrder(seed: seed).indices(count: members.count, epoch: Int(label) + 1) {
                foldOfGroup[members[position]] = next % count
                next += 1
            }
        }
        self.count = count
        foldOfExample = groups.map { foldOfGroup[$0] ?? 0 }
    }

    /// The groups of each class in the order of the examples, by label.
    private static func groupsOfClasses(
        _ labels: [Int32], _ groups: [Int]
    ) throws -> [(label: Int32, groups: [Int])] {
        guard labels.count == groups.count else {
            throw FoveaError(
                .usage, "There are \(groups.count) groups for \(labels.count) examples.",
                remedy: "Give each example a group.")
        }
        var labelOfGroup: [Int: Int32] = [:]
        var members: [Int32: [Int]] = [:]
        for (example, (label, group)) in zip(labels, groups).enumerated() {
            guard let known = labelOfGroup[group] else {
                labelOfGroup[group] = label
                members[label, default: []].append(group)
                continue
            }
            guard known == label else {
                throw FoveaError(
                    .usage, "Example \(example) has the label \(label), and others of its group \(known).",
                    remedy: "Group examples of one class only.")
            }
        }
        return members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The examples of a fold.
    func members(of fold: Int) -> [Int] { foldOfExample.indices.filter { foldOfExample[$0] == fold } }

    /// The examples of all folds but one.
    func others(than fold: Int) -> [Int] { foldOfExample.indices.filter { foldOfExample[$0] != fold } }
}
