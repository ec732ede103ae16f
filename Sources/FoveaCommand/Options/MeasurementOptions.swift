public import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// The data that a trained network is measured on.
struct MeasurementOptions: ParsableArguments {
    /// The treatments of bad files that leave a measurement of the data.
    enum Measurable: String, CaseIterable, ExpressibleByArgument {
        case error, skip

        var rule: BadFiles { self == .error ? .error : .skip }
    }

    @Option(help: DataOptions.help)
    var data: String

    @Option(help: DataOptions.classesFileHelp)
    var classesFile: String?

    @Option(
        help: ArgumentHelp(
            """
            Treatment of image files that cannot be read: error, or skip, which leaves out at most 1 % of them, or ten.
            """, valueName: "rule"))
    var badFiles = Measurable.error

    @OptionGroup var imageLimits: ImageLimitOptions

    /// Throws ``FoveaError`` for mistakes that are evident before anything is loaded.
    func check() throws { _ = try imageLimits.limits }

    /// The data, with its classes in the order of the model's where they are the same.
    func load(for reference: ModelReference) throws -> DataSplits {
        let limits = try imageLimits.limits
        func load(_ classes: ClassesFile? = nil) throws -> DataSplits {
            try DataSource.load(data, classes: classes, badFiles: badFiles.rule, limits: limits)
        }
        if let classesFile { return try load(ClassesFile(path: classesFile)) }
        let splits = try load()
        guard case .run(let folder) = reference, splits.files != nil else { return splits }
        let (own, names) = (splits.training.classNames, folder.model.classNames)
        guard own != names, own.count == names.count, Set(own) == Set(names) else { return splits }
        return try load(ClassesFile(names: names, source: "the model"))
    }

    /// The files that are left out, of which it says how many there are and why.
    func record(_ splits: DataSplits) -> BadFileRecord {
        let record = BadFileRecord(badFiles.rule, splits)
        if let files = splits.files { StandardError.line("\(quoted(data)): \(files.text)") }
        record.report()
        return record
    }
}

/// The parts of a data set, by their names on the command line.
extension DataPart: ExpressibleByArgument {}
