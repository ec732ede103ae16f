import FoveaFoundation
import FoveaGraph

/// A division of image files into parts as a table of `path,label,split`.
package struct SplitTable {
    /// A CSV text.
    package let text: String
    /// The number of files in each part.
    package let counts: [DataPart: Int]

    /// Divides the training part of a folder or table of images, by classes: the same fraction of each.
    ///
    /// The validation part is the one that ``ExampleSource/split(validationFraction:seed:)`` makes; the test part comes out of
    /// the rest. Parts that there are already stay.
    ///
    /// - Parameters:
    ///   - validation: the fraction for validation; nil for none.
    ///   - test: the fraction for testing, of all training examples; nil for none.
    ///   - folder: the folder that the table will be in; paths are relative to it.
    /// - Throws: ``FoveaError`` when the data is not of files, when it has a part already that is asked for, when fractions make
    ///   no sense or leave nothing to train on, or when a file does not lie below the table's folder.
    package init(
        of splits: DataSplits, validation: Double?, test: Double?, seed: UInt64, folder: String
    ) throws {
        guard let training = splits.training as? ImageFolderSource else {
            throw FoveaError(
                .usage, "`\(splits.training.name)` is not made of files, which a table could name.",
                remedy: "Split a folder or a table of images.")
        }
        for (fraction, part, name) in [(validation, splits.validation, "validation"), (test, splits.test, "test")]
        where fraction != nil && part != nil {
            throw FoveaError(
                .usage, "`\(training.name)` has a \(name) part already.", remedy: "Leave out the fraction for it.")
        }
        let parts = try training.parts(validation: validation ?? 0, test: test ?? 0, seed: seed).compactMap(\.self)
        var rows = try zip(training.labelledPaths, parts).map { try Self.row($0, $1, training.classNames, folder) }
        for (part, source) in splits.parts.dropFirst() {
            guard let source = source as? ImageFolderSource else { continue }
            rows += try source.labelledPaths.map { try Self.row($0, part, source.classNames, folder) }
        }
        var counts = Dictionary(grouping: parts, by: \.self).mapValues(\.count)
        for (part, source) in splits.parts.dropFirst() { counts[part] = source.count }
        text = (["path,label,split"] + rows).map { "\($0)\n" }.joined()
        self.counts = counts
    }

    private static func row(
        _ file: (path: String, label: Int32), _ part: DataPart, _ classNames: [String], _ folder: String
    ) throws -> String {
        guard let path = path(of: file.path, relativeTo: folder) else {
            throw FoveaError(
                .usage, "\(quoted(file.path)) does not lie below the folder of the table, \(quoted(folder)).",
                remedy: "Write the table into the folder of the data, or one above it.")
        }
        return "\(csvField(path)),\(csvField(classNames[Int(file.label)])),\(part.rawValue)"
    }
}
