import FoveaFoundation
import FoveaGraph

/// A data set as it is found, with everything that loading it would refuse.
public struct DataSurvey: Sendable {
    /// A picture that was found, before it is read.
    struct Picture: Sendable {
        let part: DataPart
        let label: Int
        /// The file's path; nil for data that is held in memory.
        let path: String?
        /// The position among the pictures of its part.
        let index: Int
    }

    /// The name of the kind of data: `folder`, `table`, or `set` for data that is held in memory.
    public let kind: String
    public let name: String
    /// The classes of all parts: those of the training part, then others.
    public let classNames: [String]
    public let census: FileCensus?
    /// What is wrong before any picture is read.
    public internal(set) var problems: [DataProblem]
    let pictures: [Picture]
    /// The parts that are held in memory.
    let held: [DataPart: any ExampleSource]

    /// - Throws: ``FoveaError`` when there is no such data, when its kind is not known, or when it is damaged as a whole.
    public init(_ source: String) throws {
        switch try DataSource.kind(of: source) {
        case .folder(let folder): self.init(folder)
        case .table(let table): self.init(table)
        case .held(let load): self.init(try load())
        }
    }

    private init(_ folder: ImageFolder) {
        let classNames = Self.classNames(folder.parts.map(\.classNames))
        let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
        pictures = folder.parts.flatMap { part in
            part.classes.flatMap { folder in folder.images.map { (path: $0, name: folder.name) } }.enumerated().map {
                Picture(part: part.part, label: labels[$1.name] ?? 0, path: $1.path, index: $0)
            }
        }
        (kind, name, self.classNames, held) = ("folder", folderName(folder.path), classNames, [:])
        var census = folder.census
        census.images = pictures.count
        self.census = census
        problems = folder.unreadable.map { error in
            error.file.map { DataProblem(.unreadable, error.problem, naming: [$0]) }
                ?? DataProblem(.unreadable, error.problem, files: [folder.path])
        }
        problems += folder.problemsOfClasses
        if census.skipped > 0 {
            problems.append(
                DataProblem(
                    .ignored, "\(census.skipped) files or folders are left out.", files: folder.ignored, isNote: true))
        }
    }

    private init(_ table: PathTable) {
        let labelsOfParts = DataPart.allCases.map { part in
            Array(Set(table.rows.lazy.filter { $0.part == part }.map(\.label))).sortedByBytes()
        }
        let classNames = Self.classNames(labelsOfParts)
        let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
        var counts: [DataPart: Int] = [:]
        pictures = table.rows.map { row in
            let index = counts[row.part, default: 0]
            counts[row.part] = index + 1
            return Picture(part: row.part, label: labels[row.label] ?? 0, path: row.path, index: index)
        }
        (kind, name, self.classNames, held) = ("table", table.name, classNames, [:])
        var census = FileCensus()
        census.images = pictures.count
        self.census = census
        problems = table.refusals.map { DataProblem(.unreadable, $0.problem, naming: [table.path]) }
        problems += Self.mismatches(of: zip(DataPart.allCases, labelsOfParts).filter { !$1.isEmpty })
        if let order = Self.sortedOrder(of: pictures) { problems.append(order) }
    }

    private init(_ splits: DataSplits) {
        let parts = splits.parts
        pictures = parts.flatMap { part, source in
            (source.knownLabels ?? []).enumerated().map {
                Picture(part: part, label: Int($1), path: nil, index: $0)
            }
        }
        (kind, name, classNames) = ("set", splits.training.name, splits.training.classNames)
        held = Dictionary(uniqueKeysWithValues: parts.map { ($0.part, $0.source) })
        census = nil
        problems = []
        if let order = Self.sortedOrder(of: pictures) { problems.append(order) }
    }

    private static func classNames(_ names: [[String]]) -> [String] {
        var seen: Set<String> = []
        return names.joined().filter { seen.insert($0).inserted }
    }

    /// The path of a picture's file, or its part and number.
    package func name(of picture: Int) -> String {
        let picture = pictures[picture]
        return picture.path ?? "\(picture.part.rawValue) #\(picture.index)"
    }

    package func className(of picture: Int) -> String { classNames[pictures[picture].label] }

    package func part(of picture: Int) -> DataPart { pictures[picture].part }

    /// The parts that have pictures, the training part first.
    public var parts: [DataPart] {
        let present = Set(pictures.lazy.map(\.part))
        return DataPart.allCases.filter(present.contains)
    }

    /// The number of pictures.
    public var count: Int { pictures.count }
}

extension FoveaError {
    /// The file that it names first.
    var file: String? { place.lazy.compactMap { if case .file(let path) = $0 { path } else { nil } }.first }
}
