import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("A folder of images by class")
struct ImageFolderTests {
    private func problem(_ files: [(path: String, bytes: [UInt8])]) throws -> (problem: String, remedy: String) {
        try withFiles(files) { folder in
            let error = #expect(throws: FoveaError.self) { _ = try DataSource.load(folder) }
            return (error?.problem.replacing(folder, with: "photos") ?? "", error?.remedy ?? "")
        }
    }

    @Test("as CIFAR's pictures are published in folders, is read like any other")
    func likeCIFAR() throws {
        let picture = png(
            width: 32, height: 32, colourType: 2, rows: (0..<32).map { [UInt8](repeating: UInt8($0), count: 96) })
        let files = ["train", "test"].flatMap { part in
            ["airplane", "automobile"].flatMap { name in
                (0..<2).map { ("\(part)/\(name)/000\($0)_\(name).png", picture) }
            }
        }
        try withFiles(files) { folder in
            let splits = try DataSource.load(folder, badFiles: .error)
            #expect(splits.training.classNames == ["airplane", "automobile"])
            #expect(splits.training.knownLabels == [0, 0, 1, 1] && splits.test?.knownLabels == [0, 0, 1, 1])
            let image = try #require(splits.training.example(at: 0).image)
            #expect(image.channels == 3 && image.height == 32 && image.width == 32)
        }
    }

    @Test("takes the order of its classes from a file, which must list them all and no others")
    func classesFile() throws {
        let files = [("a/1.png", greyPNG(1)), ("b/2.png", greyPNG(2)), ("c/3.png", greyPNG(3))]
        func load(_ names: String) throws -> DataSplits {
            try withFiles(files + [("classes.txt", Array(names.utf8))]) { folder in
                try DataSource.load(folder, classes: ClassesFile(path: "\(folder)/classes.txt"))
            }
        }
        let splits = try load("c\r\na\r\nb\r\n\r\n")
        #expect(splits.training.classNames == ["c", "a", "b"] && splits.training.knownLabels == [1, 2, 0])
        for (names, problem, remedy) in [
            ("a\nb\nd\n", "does not list the class of the folder `c` in `photos`", "Did you mean `a`?"),
            (
                "a\nb\nc\nzebra", "classes.txt` lists `zebra`, of which the training part has no image",
                "Remove the name"
            ),
            ("a\nb\na", "classes.txt`: line 3: The class `a` is on line 1 too.", "once"),
            ("a\n\nb", "classes.txt`: line 2: The line is empty.", "name of one class"),
            ("a\nb \n", "classes.txt`: line 2: The name `b ` has spaces around it.", "name of one class"),
            ("a", "classes.txt`: There are 1 names.", "at least two"),
        ] {
            let error = #expect(throws: FoveaError.self) { _ = try load(names) }
            #expect(error?.code == .badData && error?.problem.contains(problem.replacing("`photos`", with: "")) == true)
            #expect(error?.remedy.contains(remedy) == true, "\(String(describing: error))")
        }
        let held = try withFiles([("classes.txt", Array("0\n1\n".utf8))]) { folder in
            #expect(throws: FoveaError.self) {
                _ = try DataSource.load("glyphs", classes: ClassesFile(path: "\(folder)/classes.txt"))
            }
        }
        #expect(held?.code == .usage && held?.problem == "The data `glyphs` names its classes itself.")
    }

    /// The first pixel of each image.
    private func pixels(_ source: any ExampleSource) throws -> [UInt8] {
        try (0..<source.count).map { try #require(source.example(at: $0).image).pixels[0] }
    }

    @Test("has its folders as classes, in the order of their bytes, with images at any depth")
    func classes() throws {
        let files = [
            ("dogs/b.png", greyPNG(1)), ("dogs/a.PNG", greyPNG(2)), ("cats/deep/er/x.png", greyPNG(3)),
            ("cats/y.png", greyPNG(4)), ("Zebras/z.png", greyPNG(5)), ("émeus/é.png", greyPNG(6)),
        ]
        try withFiles(files) { folder in
            let splits = try DataSource.load(folder + "/")
            #expect(splits.training.classNames == ["Zebras", "cats", "dogs", "émeus"])
            #expect(try pixels(splits.training) == [5, 3, 4, 2, 1, 6])
            #expect(splits.training.knownLabels == [0, 1, 1, 2, 2, 3])
            #expect(splits.training.name == "photos")
            #expect(splits.validation == nil && splits.test == nil)
            let first = try splits.training.example(at: 0)
            #expect(first.label == 0)
            #expect(first.image?.channels == 3, "grey images are repeated")
            #expect(splits.files?.found == 6 && splits.files?.images == 6)
        }
    }

    @Test("may have parts, whose classes are those of the training part")
    func parts() throws {
        let files = [
            ("train/a/1.png", greyPNG(1)), ("train/b/2.png", greyPNG(2)), ("train/c/3.png", greyPNG(3)),
            ("Val/c/4.png", greyPNG(4)), ("Val/a/5.png", greyPNG(5)), ("test/b/6.png", greyPNG(6)),
            ("notes/x.txt", [1]),
        ]
        try withFiles(files) { folder in
            let splits = try DataSource.load(folder)
            #expect(splits.training.knownLabels == [0, 1, 2])
            let (validation, test) = (try #require(splits.validation), try #require(splits.test))
            #expect(validation.classNames == ["a", "b", "c"] && test.classNames == ["a", "b", "c"])
            #expect(validation.knownLabels == [0, 2] && test.knownLabels == [1])
            #expect(try pixels(validation) == [5, 4])
            #expect(splits.files?.images == 6 && splits.files?.others == 1, "the folder of notes counts once")
        }
        let classes = [("test/1.png", greyPNG(1)), ("val/2.png", greyPNG(2)), ("other/3.png", greyPNG(3))]
        try withFiles(classes) { folder in
            let splits = try DataSource.load(folder)
            #expect(splits.training.classNames == ["other", "test", "val"], "without a training part they are classes")
        }
    }

    @Test("leaves out what systems leave behind, what is no image and links to folders, and counts all of it")
    func census() throws {
        let files: [(String, [UInt8])] = [
            ("a/1.png", greyPNG(1)), ("a/._1.png", [0]), ("a/.DS_Store", [0]), ("a/Thumbs.db", [0]),
            ("b/2.jpg", greyPNG(2)),
            ("b/readme.txt", [0]), ("b/__MACOSX/3.png", greyPNG(3)), (".git/objects/4.png", greyPNG(4)),
            ("5.png", greyPNG(5)),
            ("labels.csv", [0]),
        ]
        try withFiles(files) { folder in
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/a/loop", withDestinationPath: "..")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/outside", withDestinationPath: "/tmp")
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/b/linked.png", withDestinationPath: "../a/1.png")
            let splits = try DataSource.load(folder)
            #expect(splits.training.classNames == ["a", "b"])
            #expect(
                try pixels(splits.training) == [1, 2, 1], "the content decides the format; links to files are followed")
            let census = try #require(splits.files)
            #expect(census.images == 3)
            #expect(census.systemFiles == 5)
            #expect(census.others == 3, "a text, and two files beside the classes")
            #expect(census.linkedFolders == 2)
            #expect(census.found == 13)
        }
    }

    @Test("is told from others by paths, sizes and classes, wherever it lies")
    func identity() throws {
        func identity(_ files: [(String, [UInt8])]) throws -> String? {
            try withFiles(files) { try DataSource.load($0).training.identity }
        }
        let files = [("a/1.png", greyPNG(1)), ("b/2.png", greyPNG(2))]
        let first = try identity(files)
        #expect(first?.hasPrefix("files:2-") == true)
        #expect(try identity(files) == first)
        #expect(try identity([("a/1.png", greyPNG(1)), ("b/3.png", greyPNG(2))]) != first)
        #expect(try identity([("a/1.png", greyPNG(1)), ("b/2.png", greyPNG(2) + [0])]) != first)
    }

    @Test("is refused when it has a single class, or one without images, or a part has others")
    func unsound() throws {
        let single = try problem([("cats/1.png", greyPNG(1))])
        #expect(single.problem == "`photos` has a single class folder, `cats`.")
        #expect(single.remedy.contains("at least two"))
        let empty = try problem([("cats/1.png", greyPNG(1)), ("dogs/", []), ("emus/2.png", greyPNG(2))])
        #expect(empty.problem == "The class folder `photos/dogs` has no images.")
        let other = try problem([
            ("train/cats/1.png", greyPNG(1)), ("train/dogs/2.png", greyPNG(2)), ("val/cat/3.png", greyPNG(3)),
        ])
        #expect(other.problem == "`photos/val` has the class `cat`, which `photos/train` lacks.")
        #expect(other.remedy.hasPrefix("Did you mean `cats`?"))
        let flat = try problem([("train/1.png", greyPNG(1)), ("val/cats/2.png", greyPNG(2))])
        #expect(flat.problem == "The folder `photos/train` has no class folders.")
        let hollow = try problem([("train/a/1.png", greyPNG(1)), ("train/b/2.png", greyPNG(2)), ("val/", [])])
        #expect(hollow.problem == "The folder `photos/val` has no class folders.")
        let twice = try problem([("train/a/1.png", greyPNG(1)), ("training/a/2.png", greyPNG(2))])
        #expect(twice.problem == "`photos` has `train` and `training`, which name the same part.")
        let none = try problem([("1.png", greyPNG(1))])
        #expect(none.problem == "The kind of the data at `photos` is not known.")
        let dangling = try withFiles([("a/1.png", greyPNG(1)), ("b/2.png", greyPNG(2))]) { folder in
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/b/gone.png", withDestinationPath: "nowhere")
            return #expect(throws: FoveaError.self) { _ = try DataSource.load(folder) }?.problem
        }
        #expect(dangling?.hasSuffix("photos/b/gone.png`.") == true)
    }

    @Test("names the file that is no image, and never waits for one that is no file")
    func unreadable() throws {
        let page = Array("<html>".utf8)
        try withFiles([("a/1.png", greyPNG(1)), ("b/page.jpg", page)]) { folder in
            // Safe: the path is a C string for the length of the call.
            #expect(unsafe mkfifo("\(folder)/b/pipe.png", 0o600) == 0)
            let source = try DataSource.load(folder).training
            for (index, name) in [(1, "page.jpg"), (2, "pipe.png")] {
                let error = #expect(throws: FoveaError.self) { _ = try source.example(at: index) }
                #expect(error?.description.contains("photos/b/\(name)") == true, "\(String(describing: error))")
            }
        }
    }
}
