import FoveaData

extension DataProblem.Kind {
    /// What a kind of problem is called in a report.
    var title: String {
        switch self {
        case .unreadable: "Cannot be read"
        case .truncated: "Truncated"
        case .leak: "The same in two parts"
        case .label: "Probably in the wrong class"
        case .duplicate: "Duplicates"
        case .nearDuplicate: "Nearly the same"
        case .emptyClass: "Empty classes"
        case .classMismatch: "Classes that differ"
        case .blank: "Of one colour"
        case .grey: "Grey among coloured"
        case .imbalance: "Imbalance"
        case .order: "Order"
        case .ignored: "Left out"
        }
    }

    /// What to do about it.
    var advice: String {
        switch self {
        case .unreadable: "Replace or remove them; `fovea train --bad-files skip` or `quarantine` trains without them."
        case .truncated:
            "Copy or download them again; `fovea train --bad-files skip` or `quarantine` trains without them."
        case .leak: "Keep them in one part: a network is not measured by pictures that it has seen."
        case .label: "Look at them, and leave each in one class."
        case .duplicate: "Keep one of each: a repeated picture counts more than others, and may end up in two parts."
        case .nearDuplicate: "Bursts, crops and resized copies: keep each group in one part."
        case .emptyClass: "Put images into them, or remove them: training refuses empty classes."
        case .classMismatch: "Give all parts the same classes."
        case .blank: "Look at them, and remove what shows nothing."
        case .grey: "Harmless where all classes have some; otherwise a network may take grey for a class."
        case .imbalance: "Accuracy says little about small classes: look at the recall of each in `fovea evaluate`."
        case .order: ""
        case .ignored: "Nothing to do, unless pictures are among them."
        }
    }
}
