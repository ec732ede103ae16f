import FoveaFoundation
import FoveaGraph

/// The lines that sequences come from, or the places in an array.
struct SequenceOrigins: Sendable {
    /// The files, of which there are few.
    private let paths: [String]
    private let places: [(file: Int32, line: Int32)]
    private let areLines: Bool

    /// - Parameters:
    ///   - lines: the line of each sequence in the one file, counted from 1.
    ///   - areLines: whether the file has lines; else the numbers count series.
    init(path: String, lines: [Int], areLines: Bool = true) {
        self.init(paths: [path], places: lines.map { (0, $0) }, areLines: areLines)
    }

    init(paths: [String], places: [(file: Int, line: Int)], areLines: Bool = true) {
        (self.paths, self.areLines) = (paths, areLines)
        self.places = places.map { (Int32(clamping: $0.file), Int32(clamping: $0.line)) }
    }

    func path(of index: Int) -> String { paths[Int(places[index].file)] }
    func line(of index: Int) -> Int { Int(places[index].line) }

    /// `GunPoint_TRAIN.txt line 12`
    func text(_ index: Int) -> String {
        "\(path(of: index).pathComponents.last ?? "") \(areLines ? "line" : "series") \(line(of: index))"
    }

    /// The error with the file and line of a sequence.
    func locating(_ error: FoveaError, at index: Int) -> FoveaError {
        error.located(at: areLines ? .line(line(of: index)) : .entry("series \(line(of: index))")).located(
            at: .file(path(of: index)))
    }
}
