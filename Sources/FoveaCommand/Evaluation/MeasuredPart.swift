import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// The part of some data that a network is measured on.
///
/// Where a run held examples out of a training part by its seed, and the data are those of the training, they are the
/// validation and the test part here too, and the training part is the rest.
struct MeasuredPart {
    let part: DataPart
    let source: any ExampleSource
    /// Whether the part is none of the data's own, but as a run divided them.
    let isRecreated: Bool

    /// - Parameters:
    ///   - wanted: nil for the first of test, val and train that there is.
    ///   - data: the name of the data, for messages.
    /// - Throws: ``FoveaError`` when there is no such part, or when the run's record is damaged.
    init(_ wanted: DataPart?, of whole: DataSplits, named data: String, for reference: ModelReference) throws {
        let own = Self.parts(of: whole)
        var division = try Self.division(of: reference)
        if let found = division, !found.division.divides(wanted, of: whole) { division = nil }
        guard let division, let splits = try division.recreated(from: whole) else {
            (part, source) = try Self.found(wanted, among: own, of: data, isOther: division != nil)
            isRecreated = false
            if division != nil {
                StandardError.notice(
                    "\(quoted(data)) is not what the run was trained on, or has changed since: all of `\(part.rawValue)` is measured"
                )
            }
            return
        }
        (part, source) = try Self.found(wanted, among: Self.parts(of: splits), of: data, isOther: false)
        isRecreated = true
        let origin = part == .training ? "which it was trained on" : "which the training held out"
        let noun = whole.training is any SequenceSource ? "sequences" : "images"
        let flags =
            (division.division.heldOut > 0 ? ["--val-split \(division.division.heldOut)"] : [])
            + (division.division.heldOutTest > 0 ? ["--test-split \(division.division.heldOutTest)"] : [])
            + ["--seed \(division.division.seed)"]
        StandardError.line(
            "part    \(part.rawValue): \(source.count.grouped) of \(whole.training.count.grouped) \(noun) of "
                + "\(quoted(data)), \(origin) (\(flags.joined(separator: ", ")))")
    }

    /// The parts in the order in which they are preferred.
    private static func parts(of splits: DataSplits) -> [(part: DataPart, source: any ExampleSource)] {
        [(.test, splits.test), (.validation, splits.validation), (.training, splits.training)]
            .compactMap { part, source in source.map { (part, $0) } }
    }

    /// - Parameter isOther: whether the run held examples out of other data.
    private static func found(
        _ wanted: DataPart?, among parts: [(part: DataPart, source: any ExampleSource)], of data: String, isOther: Bool
    ) throws -> (part: DataPart, source: any ExampleSource) {
        if let found = parts.first(where: { wanted == nil || $0.part == wanted }) { return found }
        let names = parts.map { "`\($0.part.rawValue)`" }.joined(separator: ", ")
        let reason = isOther ? " It is not what the run was trained on, or has changed since." : ""
        throw FoveaError(
            .missingInput, "The data `\(data)` has no part `\(wanted?.rawValue ?? "")`.\(reason)",
            remedy: "It has \(names).")
    }

    /// How a run divided its data; nil where it held nothing out.
    private static func division(of reference: ModelReference) throws -> RunDivision? {
        guard case .run(let folder) = reference, let run = try folder.readRun() else { return nil }
        do {
            return try DataDivision(run).map { RunDivision(division: $0, fingerprint: run.dataFingerprint) }
        } catch let error as FoveaError {
            throw error.located(at: .file(folder.runPath))
        }
    }

    /// How a run divided its data, and the fingerprint of its training part.
    private struct RunDivision {
        let division: DataDivision
        let fingerprint: String

        /// The parts of the training; nil where the data are others.
        func recreated(from whole: DataSplits) throws -> DataSplits? {
            // Other data may be too small to be divided.
            guard let splits = try? division.divided(whole), splits.training.count > 0 else { return nil }
            return try splits.training.fingerprint() == fingerprint ? splits : nil
        }
    }
}

extension MeasuredPart {
    /// Warns when classes have other names; the classifier refuses another number of classes.
    func compareClassNames(with names: [String]) {
        guard names.count == source.classNames.count else { return }
        let differences = zip(names, source.classNames).filter { $0 != $1 }
        guard let first = differences.first else { return }
        StandardError.notice(
            "\(differences.count) of \(names.count) classes have other names in the model: "
                + "\(quoted(first.1)) of the data is \(quoted(first.0)) of the model; figures are by position")
    }
}
