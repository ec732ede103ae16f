import FoveaFoundation

/// A part of a data set: for training a network, for choosing it, and for measuring it.
public enum DataPart: String, CaseIterable, Hashable, Sendable {
    case training = "train"
    case validation = "val"
    case test

    /// The part that a folder or a cell of a table names, in any case: `train`, `training`; `val`, `valid`, `validation`; `test`.
    init?(named name: String) {
        switch name.lowercased() {
        case "train", "training": self = .training
        case "val", "valid", "validation": self = .validation
        case "test": self = .test
        default: return nil
        }
    }
}
