import FoveaGraph
import Testing

@testable import FoveaData

@Suite("A table of image files")
struct PathTableTests {
    private let images: [(path: String, bytes: [UInt8])] = [
        ("x/1.png", greyPNG(1)), ("x/2.png", greyPNG(2)), ("3.png", greyPNG(3)), ("a, b.png", greyPNG(4)),
    ]

    private func load(
        _ table: String, classes: String? = nil, badFiles: BadFiles? = nil
    ) throws -> (splits: DataSplits, pixels: [[UInt8]]) {
        let names = classes.map { [("classes.txt", Array($0.utf8))] } ?? []
        return try withFiles(images + names + [("set.CSV", Array(table.utf8))]) { folder in
            let splits = try DataSource.load(
                "\(folder)/set.CSV", classes: classes == nil ? nil : ClassesFile(path: "\(folder)/classes.txt"),
                badFiles: badFiles)
            return (
                splits,
                try splits.parts.map { _, part in
                    try (0..<part.count).map { try part.example(at: $0).image?.pixels[0] ?? 0 }
                }
            )
        }
    }

    @Test("of paths and labels is a training part, its classes in the order of their bytes")
    func training() throws {
        for text in [
            "path,label\nx/2.png,dog\n./x//1.png,cat\n\"a, b.png\",Emu\n",
            "\u{FEFF}Label; PATH ;note\r\ndog;x/2.png;1\r\ncat;x/1.png;\r\nEmu;a, b.png;\r\n",
            "path\tlabel\nx/2.png\tdog\nx/1.png\tcat\na, b.png\tEmu",
        ] {
            let (splits, pixels) = try load(text, badFiles: .error)
            #expect(splits.training.classNames == ["Emu", "cat", "dog"])
            #expect(splits.training.knownLabels == [2, 1, 0] && pixels == [[2, 1, 4]])
            #expect(splits.training.name == "set" && splits.validation == nil && splits.test == nil)
            #expect(splits.files?.found == 3 && splits.files?.images == 3)
        }
    }

    @Test("with a column for the split has its parts, and takes the order of its classes from a file")
    func parts() throws {
        let text = "path,label,split\n3.png,b,test\nx/1.png,b,train\nx/2.png,a,Training\na\"".dropLast(2)
        let (splits, pixels) = try load(text + "\"a, b.png\",a,val\n", classes: "b\na\n")
        #expect(splits.training.classNames == ["b", "a"] && splits.training.knownLabels == [0, 1])
        #expect(splits.validation?.knownLabels == [1] && splits.test?.knownLabels == [0])
        #expect(pixels == [[1, 2], [4], [3]])
    }

    @Test(
        "that is wrong is refused with the line, and what to do",
        arguments: [
            ("", "The table is empty.", "path,label"),
            (
                "name,class\n1,2\n", "line 1: The header has the columns `name`, `class`, not `path` and `label`.",
                "path,label"
            ),
            ("path,label,Path\n", "line 1: The header names a column twice", "once"),
            ("path,label\n", "The table has a header and no rows.", "a row"),
            ("path,label\nx/1.png,a,b\n", "line 2: The row has 3 fields, the header has 2.", "quote"),
            ("path,label\nx/1.png,a\nx/2.png\n", "line 3: The row has 1 fields, the header has 2.", "quote"),
            (
                "path,label\nx/1.png,a\n./x/1.png,b\n", "line 3: The path `./x/1.png` is on line 2 too.",
                "one of the two"
            ),
            ("path,label\nx/1.png,\n", "line 2: The label is empty.", "class"),
            ("path,label\nx/1.png,a \n", "line 2: The label `a ` has spaces around it.", "class"),
            ("path,label\n../3.png,a\n", "line 2: The path `../3.png` leaves the table's folder.", "below the folder"),
            ("path,label\nx/../../3.png,a\n", "line 2: The path `x/../../3.png` leaves the table's folder.", "below"),
            ("path,label\n/etc/passwd,a\n", "line 2: The path `/etc/passwd` leaves the table's folder.", "below"),
            ("path,label\n.,a\n", "line 2: The path `.` names no file.", "path"),
            ("path,label,split\n3.png,a,dev\n", "line 2: The split is `dev`.", "`train`, `val` or `test`"),
            ("path,label,split\n3.png,a,val\n", "No row is of the training part.", "train"),
            ("path,label\n3.png,a\nx/1.png,a\n", "All training images have the label `a`.", "at least two"),
            (
                "path,label,split\n3.png,cat,train\nx/1.png,dog,train\nx/2.png,cats,val\n",
                "line 4: The label is `cats`, of which the training part has no image.", "Did you mean `cat`?"
            ),
            ("path,label\nx/1.png,a\n\"3.png,b\n", "line 3: The quote that begins here is never closed.", "Close"),
            ("path,label\nx/1.png,a\nx/9.png,b\n", "line 3: Cannot read", "Check"),
        ])
    func wrong(text: String, problem: String, remedy: String) throws {
        let error = #expect(throws: FoveaError.self) { _ = try load(text) }
        #expect(error?.problem.contains("photos/set.CSV`: \(problem)") == true, "\(String(describing: error))")
        #expect(error?.remedy.contains(remedy) == true, "\(String(describing: error))")
    }

    @Test("lists everything that is wrong for whoever looks at all of it")
    func refusals() throws {
        let text = "path,label\nx/1.png,a\nx/1.png,a\n,b\n3.png\nx/2.png,c\n\"open"
        try withFiles([("set.csv", Array(text.utf8))]) { folder in
            let table = try PathTable(path: "\(folder)/set.csv")
            #expect(table.rows.map(\.line) == [2, 6])
            #expect(
                table.refusals.compactMap { $0.place.last } == [.line(3), .line(4), .line(5), .line(7)],
                "\(table.refusals)")
        }
    }
}
