import FoveaData
import FoveaFormats
import FoveaFoundation

/// Where a sequence comes from: a file, or a text itself, and its position there.
struct SequencePlace {
    let input: String
    /// The position among the file's sequences, counted from 1.
    let number: Int
    /// The first and the last line of a window.
    let lines: ClosedRange<Int>?

    init(_ input: String, _ source: any ExampleSource, at index: Int) {
        (self.input, number) = (input, index + 1)
        lines = (source as? any SequenceSource)?.lines(of: index)
    }

    /// The title of a column of ``text``.
    var title: String { lines == nil ? "Series" : "Lines" }

    /// The lines of a window; else the position.
    var text: String { lines.map { "\($0.lowerBound)–\($0.upperBound)" } ?? number.grouped }

    var json: [(String, JSONValue)] {
        [("input", .string(input)), ("series", .integer(number))]
            + (lines.map { [("lines", [.integer($0.lowerBound), .integer($0.upperBound)])] } ?? [])
    }
}
