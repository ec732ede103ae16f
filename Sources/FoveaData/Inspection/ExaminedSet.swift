import FoveaFoundation
import FoveaGraph

/// The pictures of a data set once they have been read, and the problems that only show in their pixels.
struct ExaminedSet {
    private let survey: DataSurvey
    /// Those that can be read, with their positions in the survey.
    let pictures: [(position: Int, picture: ExaminedPicture)]
    /// Those that cannot be read.
    let refusals: [DataProblem]

    /// Nearly the same pictures are looked for where both sides have so many pixels: fewer say too little.
    private static let smallestSide = 32

    init(_ survey: DataSurvey, _ examinations: [DataSurvey.Examination]) {
        self.survey = survey
        var (pictures, refusals): ([(Int, ExaminedPicture)], [DataProblem]) = ([], [])
        for (position, examination) in examinations.enumerated() {
            switch examination {
            case .examined(let picture): pictures.append((position, picture))
            case .refused(let error, let isTruncated):
                let name = survey.name(of: position)
                let isNamed = error.file == name
                refusals.append(
                    DataProblem(
                        isTruncated ? .truncated : .unreadable, error.problem, naming: isNamed ? [name] : [],
                        files: isNamed ? [] : [name], pictures: [position]))
            }
        }
        (self.pictures, self.refusals) = (pictures, refusals)
    }

    /// The same and nearly the same pictures, within a part and across parts and classes.
    var repetitions: [DataProblem] {
        let same = groupsOfSame
        // Of the same pictures one stands for all.
        let repeated = Set(same.flatMap { $0.dropFirst() })
        let candidates = pictures.indices.filter { index in
            let picture = pictures[index].picture
            return !repeated.contains(index) && !picture.isBlank
                && min(picture.height, picture.width) >= Self.smallestSide
        }
        let near = NearDuplicates.groups(of: candidates.map { pictures[$0].picture.hash }) { first, second in
            pictures[candidates[first]].picture.looksLike(pictures[candidates[second]].picture)
        }
        return same.flatMap { problems(ofGroup: $0, isNear: false) }
            + near.flatMap { group in problems(ofGroup: group.map { candidates[$0] }, isNear: true) }
    }

    /// The groups of files with the same bytes, or of pictures with the same pixels.
    private var groupsOfSame: [[Int]] {
        struct Key: Hashable {
            let pixels: ContentDigest
            let height: Int
            let width: Int
        }
        // Files with the same bytes have the same pixels.
        return Dictionary(grouping: pictures.indices) { index in
            let picture = pictures[index].picture
            return Key(pixels: picture.pixels, height: picture.height, width: picture.width)
        }.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    private func problems(ofGroup group: [Int], isNear: Bool) -> [DataProblem] {
        let positions = group.map { pictures[$0].position }
        let files = positions.map { survey.name(of: $0) }
        let parts = Set(positions.map { survey.part(of: $0) })
        let classes = Set(positions.map { survey.pictures[$0].label }).sorted().map { quoted(survey.classNames[$0]) }
        let alike = isNear ? "nearly the same" : isSameBytes(group) ? "the same file" : "the same picture"
        let places = classes.count > 1 ? ", in the classes \(classes.joined(separator: ", "))" : ", in \(classes[0])"
        var problems: [DataProblem] = []
        if parts.count > 1 {
            let names = DataPart.allCases.filter(parts.contains).map { "`\($0.rawValue)`" }.joined(separator: " and ")
            problems.append(
                DataProblem(
                    .leak, "\(files.count) pictures in \(names) are \(alike)\(places).", files: files,
                    pictures: positions))
        } else {
            problems.append(
                DataProblem(
                    isNear ? .nearDuplicate : .duplicate, "\(files.count) pictures are \(alike)\(places).",
                    files: files, pictures: positions, isNote: isNear))
        }
        if classes.count > 1, !isNear {
            problems.append(
                DataProblem(
                    .label,
                    "\(files.count) pictures are \(alike), but their classes are \(classes.joined(separator: ", ")).",
                    files: files, pictures: positions))
        }
        return problems
    }

    private func isSameBytes(_ group: [Int]) -> Bool {
        let first = pictures[group[0]].picture.content
        return first != nil && group.allSatisfy { pictures[$0].picture.content == first }
    }

    var blanks: [DataProblem] {
        pictures.filter { $0.picture.isBlank }.map { position, _ in
            DataProblem(
                .blank, "\(quoted(survey.name(of: position))) is of one colour.", naming: [survey.name(of: position)],
                pictures: [position])
        }
    }

    /// Grey pictures where most are coloured.
    var greys: [DataProblem] {
        let greys = pictures.filter { $0.picture.isGrey && !$0.picture.isBlank }.map(\.position)
        guard !greys.isEmpty, 2 * greys.count < pictures.count else { return [] }
        let counts = Dictionary(grouping: greys) { survey.pictures[$0].label }.mapValues(\.count)
        let shown = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
            .map { "\($0.value) of \(quoted(survey.classNames[$0.key]))" }.joined(separator: ", ")
        return [
            DataProblem(
                .grey,
                "\(greys.count == 1 ? "1 picture is" : "\(greys.count) pictures are") grey among coloured ones: \(shown).",
                files: greys.map { survey.name(of: $0) }, pictures: greys, isNote: true)
        ]
    }
}
