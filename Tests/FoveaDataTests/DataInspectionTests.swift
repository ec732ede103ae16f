import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Inspection of data")
struct DataInspectionTests {
    /// Twelve different pictures in the classes `a` and `b`, as a training and a validation part.
    private func sound() throws -> [(path: String, bytes: [UInt8])] {
        try (0..<12).map { number in
            let part = number < 8 ? "train" : "val"
            return ("\(part)/\(number % 2 == 0 ? "a" : "b")/\(number + 10).png", try file(pattern(number)))
        }
    }

    private func inspect(_ files: [(path: String, bytes: [UInt8])], _ body: (DataInspection) throws -> Void) throws {
        try withFiles(files) { folder in try body(DataInspection(of: DataSurvey(folder))) }
    }

    /// The kinds of the problems with the last two names of their files' paths.
    private func texts(_ inspection: DataInspection) -> [String] {
        inspection.problems.map { problem in
            let files = problem.files.map { $0.split(separator: "/").suffix(2).joined(separator: "/") }
            return "\(problem.kind.rawValue): \(files.joined(separator: " "))"
        }
    }

    @Test("finds nothing in sound data, and says how many pictures of what sizes there are")
    func soundData() throws {
        try inspect(try sound()) { inspection in
            #expect(inspection.problems.isEmpty && !inspection.isWrong, "\(texts(inspection))")
            #expect(inspection.counts == [.training: [4, 4], .validation: [2, 2]])
            #expect(inspection.survey.count == 12 && inspection.readable == 12)
            #expect(inspection.sizes?.distinct == 1 && inspection.sizes?.largest ?? (0, 0) == (48, 64))
            #expect(inspection.channels.count == 3)
            let pixels = (0..<12).flatMap {
                pattern($0).pixels.enumerated().filter { $0.offset % 3 == 1 }.map(\.element)
            }
            let mean = pixels.reduce(0.0) { $0 + Double($1) } / Double(pixels.count) / 255
            #expect(abs(inspection.channels[1].mean - mean) < 1e-12)
        }
    }

    @Test("finds what cannot be read, is truncated or of one colour, and grey pictures among coloured ones")
    func pictures() throws {
        let whole = try file(pattern(1))
        let blank = DecodedImage(pixels: [UInt8](repeating: 7, count: 3 * 40 * 40), channels: 3, height: 40, width: 40)
        let files =
            try sound() + [
                ("train/a/cut.png", whole.dropLast(whole.count / 2)), ("train/a/page.jpg", Array("<html>".utf8)),
                ("train/b/empty.png", []), ("train/b/flat.png", try file(blank)),
                ("train/b/grey.png", try file(pattern(33, isGrey: true))), ("train/b/notes.txt", [1]),
            ]
        try inspect(files) { inspection in
            #expect(
                texts(inspection) == [
                    "unreadable: a/page.jpg", "unreadable: b/empty.png", "truncated: a/cut.png", "blank: b/flat.png",
                    "grey: b/grey.png", "ignored: b/notes.txt",
                ])
            #expect(inspection.readable == 14 && inspection.survey.count == 17)
            #expect(inspection.problems.map(\.isNote) == [false, false, false, false, true, true])
        }
    }

    @Test("finds the same and nearly the same pictures, also in two parts and in two classes")
    func repetitions() throws {
        let resized = try pattern(1).resampled(
            Resampling(.init(top: 0, left: 0, height: 48, width: 64), height: 40, width: 52))
        let files =
            try sound() + [
                ("train/b/same.png", try file(pattern(3))),  // as train/b/13.png
                ("val/a/leak.png", try file(pattern(2))),  // as train/a/12.png
                ("train/b/wrong.png", try file(pattern(4))),  // as train/a/14.png
                ("val/b/resized.png", try file(resized)),  // nearly train/b/11.png
                ("train/a/bright.png", try file(pattern(6, light: 9))),  // nearly train/a/16.png
            ]
        try inspect(files) { inspection in
            #expect(
                texts(inspection) == [
                    "leak: a/12.png a/leak.png", "leak: b/11.png b/resized.png", "label: a/14.png b/wrong.png",
                    "duplicate: a/14.png b/wrong.png", "duplicate: b/13.png b/same.png",
                    "near_duplicate: a/16.png a/bright.png",
                ])
            #expect(inspection.problems[0].message == "2 pictures in `train` and `val` are the same file, in `a`.")
            #expect(
                inspection.problems[2].message == "2 pictures are the same file, but their classes are `a`, `b`.")
            #expect(inspection.problems.last?.isNote == true && inspection.isWrong)
        }
    }

    @Test("reports all that loading would refuse, and goes on")
    func refused() throws {
        let files =
            try sound() + [("train/empty/", []), ("val/aa/1.png", try file(pattern(40)))]
            + (0..<30).map { ("train/b/more\($0 + 10).png", try file(pattern($0 + 50))) }
        try inspect(files) { inspection in
            let found = inspection.problems.filter { $0.kind != .nearDuplicate }
            #expect(found.map(\.kind) == [.emptyClass, .classMismatch, .classMismatch, .imbalance], "\(found)")
            #expect(found[0].message.hasSuffix("photos/train/empty` has no images."))
            #expect(
                found[1].message
                    == "The part `val` has the class `aa`, which the training part lacks; did you mean `a`?")
            #expect(found[2].message == "The part `val` has no images of the class `empty`.")
            #expect(found[3].message == "`b` has 34 training pictures, `a` has 4.")
            #expect(inspection.survey.classNames == ["a", "b", "empty", "aa"])
        }
        try withFiles([("only/1.png", try file(pattern(1)))]) { folder in
            let inspection = DataInspection(of: try DataSurvey(folder))
            #expect(inspection.problems.map(\.kind) == [.classMismatch] && inspection.readable == 1)
        }
    }

    @Test("says so when numbers are sorted as text, or examples by class")
    func order() throws {
        let files = try (0..<4).map { ("\([1, 2, 10, 3][$0])/x.png", try file(pattern($0))) }
        try inspect(files) { inspection in
            #expect(inspection.problems.map(\.kind) == [.order])
            #expect(inspection.problems[0].message.contains("1, 10, 2, 3, …; label 1 is the class `10`"))
        }
        let rows = (0..<12).map { "train/\($0 % 2 == 0 ? "a" : "b")/\($0 + 10).png,\($0 < 6 ? "x" : "y")" }
        let files2 = try (0..<12).map {
            ("train/\($0 % 2 == 0 ? "a" : "b")/\($0 + 10).png", try file(pattern($0)))
        }
        for (text, kinds) in [
            (rows, [DataProblem.Kind.order]),
            (rows.enumerated().sorted { $0.offset % 3 < $1.offset % 3 }.map(\.element), []),
        ] {
            let table = ("set.csv", Array((["path,label"] + text).joined(separator: "\n").utf8))
            try withFiles(files2 + [table]) { folder in
                let inspection = DataInspection(of: try DataSurvey("\(folder)/set.csv"))
                #expect(inspection.problems.map(\.kind) == kinds, "\(inspection.problems)")
                #expect(inspection.survey.classNames == ["x", "y"] && inspection.survey.kind == "table")
            }
        }
    }

    @Test("of a table reports every bad row; of a built-in set it finds nothing wrong")
    func others() throws {
        let text = "path,label\na.png,x\na.png,x\n,y\nb.png,y\n../c.png,y\n"
        try withFiles([("a.png", try file(pattern(1))), ("set.csv", Array(text.utf8))]) { folder in
            let inspection = DataInspection(of: try DataSurvey("\(folder)/set.csv"))
            #expect(inspection.problems.map(\.kind) == [.unreadable, .unreadable, .unreadable, .unreadable])
            #expect(
                inspection.problems.map(\.message).contains { $0.contains("line 3: The path `a.png` is on line 2") })
            #expect(inspection.readable == 1)
        }
        let glyphs = DataInspection(of: try DataSurvey("glyphs"))
        #expect(!glyphs.isWrong && glyphs.survey.count == 22_000 && glyphs.channels.count == 1)
        #expect(glyphs.survey.parts == [.training, .test] && glyphs.survey.kind == "set")
        #expect(glyphs.survey.name(of: 20_003) == "test #3")
    }

    @Test("makes a contact sheet with a row of pictures for each class")
    func sheet() throws {
        try inspect(try sound()) { inspection in
            let sheet = try inspection.contactSheet()
            #expect(sheet.channels == 3 && sheet.height == 8 + 2 * (7 * 2 + 8 + 96 + 16))
            let decoded = try ImageFile.decode(try sheet.png(), ImageHeader(sheet.png()))
            #expect(decoded == sheet, "the file holds what was drawn")
            #expect(Set(sheet.pixels).count > 50)
        }
    }
}
