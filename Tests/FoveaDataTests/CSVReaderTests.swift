import FoveaGraph
import Testing

@testable import FoveaData

@Suite("CSV")
struct CSVReaderTests {
    /// All records, and the problem at which reading ends.
    private func read(_ bytes: [UInt8], delimiter: Character = ",") -> (records: [[String]], lines: [Int], String?) {
        var reader = CSVReader(bytes, delimiter: delimiter.asciiValue ?? 0)
        var (records, lines): ([[String]], [Int]) = ([], [])
        do {
            while let record = try reader.next() {
                records.append(record.fields)
                lines.append(record.line)
            }
            return (records, lines, nil)
        } catch {
            return (records, lines, (error as? FoveaError)?.problem)
        }
    }

    private func read(_ text: String, delimiter: Character = ",") -> (records: [[String]], lines: [Int], String?) {
        read(Array(text.utf8), delimiter: delimiter)
    }

    @Test("has records of fields, with a byte order mark, either line end, empty lines and empty fields")
    func plain() {
        let found = read("\u{FEFF}path,label\r\na,b\n\n\r\n,\nc,")
        #expect(found.records == [["path", "label"], ["a", "b"], ["", ""], ["c", ""]])
        #expect(found.lines == [1, 2, 5, 6] && found.2 == nil)
        #expect(read("").records.isEmpty && read("\n\n").records.isEmpty)
        #expect(read("a;b\tc", delimiter: ";").records == [["a", "b\tc"]])
        #expect(read("a").records == [["a"]] && read("é,ß\n").records == [["é", "ß"]])
    }

    @Test("has quoted fields that hold delimiters, quotes and line ends, which count as lines")
    func quoted() {
        let found = read("\"a,\"\"b\"\"\",\"two\nlines\r\n\",x\n\"\",y,\"z\"")
        #expect(found.records == [["a,\"b\"", "two\nlines\r\n", "x"], ["", "y", "z"]])
        #expect(found.lines == [1, 4] && found.2 == nil)
    }

    @Test(
        "that breaks the rules is an error with its line",
        arguments: [
            ("a,b\nc,\"d", "line 2: The quote that begins here is never closed."),
            ("a\n\"b\"c\n", "line 2: A quoted field is followed by more than a delimiter."),
            ("a\nb\"c\n", "line 2: A quote is within a field that does not begin with one."),
            ("a\rb\n", "line 1: A carriage return stands alone."),
            ("a\n\"x\ny\"\nb\0c", "line 4: A field holds a zero byte."),
            ("a,\"b\0\"", "line 1: A field holds a zero byte."),
        ])
    func broken(text: String, problem: String) { #expect(read(text).2 == problem) }

    @Test("that is not UTF-8 is an error with its line")
    func encoding() {
        #expect(read(Array("a\nb,".utf8) + [0xe9, 0x0a]).2 == "line 2: Field 2 is not UTF-8.")
    }

    @Test("of any fields is written and read back")
    func roundTrip() {
        let fields = ["plain", "", "a,b", "\"", "two\nlines", "\r\n", "\u{FEFF}mark", "é"]
        let found = read(fields.map(csvField).joined(separator: ",") + "\n")
        #expect(found.records == [fields], "\(found)")
    }
}
