import FoveaFoundation
import FoveaGraph

/// The lines that sequences come from.
struct SequenceOrigins: Sendable {
    /// The files, of which there are few.
    private let paths: [String]
    private let places: [(file: Int32, line: Int32)]

    /// - Parameter lines: the line of each sequence in the one file, counted from 1.
    init(path: String, lines: [Int]) {
        self.init(paths: [path], places: lines.map { (0, $0) })
    }

    init(paths: [String], places: [(file: Int, line: Int)]) {
        self.paths = paths
        self.places = places.map { (Int32(clamping: $0.file), Int32(clamping: $0.line)) }
    }

    func path(of index: Int) -> String { paths[Int(places[index].file)] }
    func line(of index: Int) -> Int { Int(places[index].line) }

    /// `GunPoint_TRAIN.txt line 12`
    func text(_ index: Int) -> String {
        "\(path(of: index).pathComponents.last ?? "") line \(line(of: index))"
    }

    /// The error with the file and line of a sequence.
    func locating(_ error: FoveaError, at index: Int) -> FoveaError {
        error.located(at: .line(line(of: index))).located(at: .file(path(of: index)))
    }
}
