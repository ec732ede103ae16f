/// Something about a data set that its owner should know.
public struct DataProblem: Hashable, Sendable {
    /// The kinds of problems, by their names in reports.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A file, folder or row that cannot be read.
        case unreadable
        /// A picture that ends too early.
        case truncated
        /// The same or nearly the same picture in two parts.
        case leak
        /// A picture whose class is probably wrong; the same picture in two classes.
        case label
        /// The same picture twice in one part.
        case duplicate
        /// Nearly the same picture twice in one part.
        case nearDuplicate = "near_duplicate"
        /// A class without pictures.
        case emptyClass = "empty_class"
        /// Parts whose classes differ.
        case classMismatch = "class_mismatch"
        /// A picture of one colour.
        case blank
        /// Grey pictures among coloured ones.
        case grey
        /// Classes of very different sizes.
        case imbalance
        /// An order of classes or examples that surprises.
        case order
        /// Files that are left out.
        case ignored
    }

    public let kind: Kind
    /// One sentence.
    public let message: String
    /// The paths of the files; for pictures of other data their part and number: `train #12`.
    public let files: [String]
    /// Those of them that the message names: the first.
    private let namedCount: Int
    /// The files that the message does not name.
    package var unnamedFiles: ArraySlice<String> { files.dropFirst(namedCount) }
    /// Whether it is worth knowing, but nothing is wrong with the data.
    public let isNote: Bool
    /// The positions of the pictures in the survey.
    package let pictures: [Int]

    /// - Parameters:
    ///   - named: the files that the message names.
    ///   - files: the others.
    init(
        _ kind: Kind, _ message: String, naming named: [String] = [], files: [String] = [], pictures: [Int] = [],
        isNote: Bool = false
    ) {
        (self.kind, self.message, self.files, namedCount) = (kind, message, named + files, named.count)
        (self.pictures, self.isNote) = (pictures, isNote)
    }
}
