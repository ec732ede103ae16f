import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// What a training takes of data: what it holds out for validation and testing, and how many examples of each part it uses.
struct DataDivision {
    /// The fraction of every class; 0 for none.
    let heldOut: Double
    /// The fraction of every class for testing; 0 for none.
    let heldOutTest: Double
    let limitTrain: Int?
    let limitVal: Int?
    let seed: UInt64

    /// The parts after the division.
    ///
    /// - Throws: ``FoveaError`` when a part would have no example, or a limit is for a part that is not there.
    func divided(_ whole: DataSplits) throws -> DataSplits {
        var splits = whole
        if heldOutTest > 0 {
            let training = splits.training
            let parts = try training.parts(validation: heldOut, test: heldOutTest, seed: seed)
            func subset(_ part: DataPart) throws -> any ExampleSource {
                try training.subset(parts.indices(of: part))
            }
            (splits.training, splits.test) = (try subset(.training), try subset(.test))
            if heldOut > 0 { splits.validation = try subset(.validation) }
        } else if heldOut > 0 {
            (splits.training, splits.validation) = try splits.training.split(validationFraction: heldOut, seed: seed)
        }
        if let limitTrain { splits.training = try splits.training.stratified(limitTrain, seed: seed) }
        if let limitVal {
            guard let validation = splits.validation else {
                throw FoveaError(
                    .usage, "There is no validation part for --limit-val to limit.", remedy: "Leave --limit-val out.")
            }
            splits.validation = try validation.stratified(limitVal, seed: seed)
        }
        return splits
    }
}

extension DataDivision {
    /// Whether a part comes from the division of the whole, not from the whole's own parts.
    ///
    /// - Parameter part: nil for the first of test, validation and training part that there is.
    func divides(_ part: DataPart?, of whole: DataSplits) -> Bool {
        switch part {
        case .test: heldOutTest > 0 && whole.test == nil
        case .validation: heldOut > 0 && whole.validation == nil
        case .training: whole.validation == nil
        case nil: whole.test == nil && (heldOutTest > 0 || whole.validation == nil)
        }
    }

    /// The division that a run made; nil where it held nothing out.
    ///
    /// - Throws: ``FoveaError`` naming the setting when one makes no sense.
    init?(_ run: RunDescription) throws {
        heldOut = try Self.fraction(run.setting("val-split"), name: "val-split")
        heldOutTest = try Self.fraction(run.setting("test-split"), name: "test-split")
        limitTrain = try Self.count(run.setting("limit-train"), name: "limit-train")
        limitVal = try Self.count(run.setting("limit-val"), name: "limit-val")
        seed = run.seed
        guard heldOut > 0 || heldOutTest > 0 else { return nil }
    }

    private static func fraction(_ setting: JSONValue?, name: String) throws -> Double {
        switch setting {
        case nil, .null, .integer(0): return 0
        case .number(let fraction) where fraction >= 0 && fraction < 1: return fraction
        default: throw damaged(name, "a fraction from 0 to below 1")
        }
    }

    private static func count(_ setting: JSONValue?, name: String) throws -> Int? {
        switch setting {
        case nil, .null: return nil
        case .integer(let count) where count >= 1: return count
        default: throw damaged(name, "a number of at least 1")
        }
    }

    private static func damaged(_ name: String, _ expected: String) -> FoveaError {
        FoveaError(
            .badData, "The field `settings.\(name)` is not \(expected).",
            remedy: "Without its run.json the folder is used as if nothing had been held out.")
    }
}
