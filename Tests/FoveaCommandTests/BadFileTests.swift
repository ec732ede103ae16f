import Foundation
import FoveaFormats
import FoveaFoundation
import FoveaTestSupport
import Testing

@Suite("Files that cannot be read, in train and evaluate")
struct BadFileTests {
    /// Two classes of 12 pictures: one of them is a page, and one has a sound header and nothing behind it.
    private func writePhotos(in folder: String) throws {
        for name in ["dark", "light"] {
            let path = "\(folder)/photos/\(name)"
            #expect(try createFolder(at: path))
            for number in 10..<22 {
                let pixels = (0..<256).map { UInt8((name == "dark" ? 20 : 180) + ($0 * 7 + number * 13) % 50) }
                try writePNG(pixels, width: 16, height: 16, to: "\(path)/\(number).png")
            }
        }
        try replaceFile(at: "\(folder)/photos/dark/10.png", with: Array("<html>".utf8))
        let cut = try readFile(at: "\(folder)/photos/light/11.png", limit: 10_000).prefix(50)
        try replaceFile(at: "\(folder)/photos/light/11.png", with: Array(cut))
    }

    private let train = [
        "train", "--data", "photos", "--model", "smallcnn", "--epochs", "2", "--batch-size", "4", "--out", "run",
        "--json", "--image-size", "16", "--threads", "2", "--val-split", "0.25",
        "--deterministic",
    ]

    @Test("stop a training before it begins, or are left out, counted and listed as the rule says")
    func rules() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            let refused = try FoveaProcess(train, in: folder)
            #expect(refused.status == 65)
            #expect(
                refused.errors.contains("1 of 24 image files cannot be read: `photos/dark/10.png`"), "\(refused.errors)"
            )
            #expect(FileKind(at: "\(folder)/run") == nil)

            let skipped = try FoveaProcess(train + ["--bad-files", "skip"], in: folder)
            #expect(skipped.status == 0, "\(skipped.errors)")
            #expect(skipped.errors.contains("24 files found: 23 images loaded, 1 skipped (1 cannot be read)"))
            #expect(skipped.errors.contains("left out: `photos/dark/10.png`"))
            #expect(skipped.errors.split(separator: "photos/light/11.png").count == 2, "named once: \(skipped.errors)")
            let end = try #require(skipped.jsonLines.last)
            #expect(end["files"]["loaded"] == 23 && end["files"]["unreadable"] == 1 && end["unreadable_later"] == 1)
            let description = try JSONValue(parsing: readFile(at: "\(folder)/run/run.json", limit: 100_000))
            #expect(description["files"]["found"] == 24 && description["files"]["skipped"] == 1)
            #expect(description["settings"]["bad-files"] == "skip")
            #expect(FileKind(at: "\(folder)/run/bad-files.csv") == nil)

            let listed = try FoveaProcess(
                train.map { $0 == "run" ? "listed" : $0 } + ["--bad-files", "quarantine"], in: folder)
            #expect(listed.status == 0, "\(listed.errors)")
            let list = try String(contentsOfFile: "\(folder)/listed/bad-files.csv", encoding: .utf8)
            let rows = list.split(separator: "\n")
            #expect(rows.count == 3 && rows[0] == "path,error", "\(list)")
            #expect(rows[1].hasPrefix("photos/dark/10.png,") && rows[2].hasPrefix("photos/light/11.png,"))
            for name in ["run", "listed"] {
                #expect(FileKind(at: "\(folder)/\(name)/weights/best.safetensors") == .regularFile)
            }
            #expect(
                try readFile(at: "\(folder)/run/weights/last.safetensors", limit: 10_000_000)
                    == readFile(at: "\(folder)/listed/weights/last.safetensors", limit: 10_000_000),
                "the same files give the same weights")

            let counts = try ["train", "val"].map { part in
                let measured = try FoveaProcess(
                    [
                        "evaluate", "--model", "run", "--data", "photos", "--split", part, "--bad-files", "skip",
                        "--json",
                    ],
                    in: folder)
                #expect(measured.status == 0, "\(measured.errors)")
                // The part that it belongs to names it.
                #expect(measured.errors.contains("photos/light/11.png") == (part == "val"), "\(measured.errors)")
                return try measured.json["count"].double
            }
            #expect(counts.compactMap(\.self).reduce(0, +) == 22)
            let whole = try FoveaProcess(["evaluate", "--model", "run", "--data", "photos"], in: folder)
            #expect(whole.status == 65 && whole.errors.contains("1 of 24 image files"), "\(whole.errors)")
        }
    }

    @Test("a file with the order of classes holds in training and, by the model's names, in evaluation")
    func classesFile() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            try replaceFile(at: "\(folder)/classes.txt", with: Array("light\ndark\n".utf8))
            let run = try FoveaProcess(
                train + ["--bad-files", "skip", "--classes-file", "classes.txt", "--limit-train", "8"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try RunFolder(opening: "\(folder)/run").model.classNames == ["light", "dark"])
            #expect(run.errors.contains("photos: 8 training, 6 validation images"), "\(run.errors)")
            let figures = try FoveaProcess(
                ["evaluate", "--model", "run", "--data", "photos", "--bad-files", "skip", "--json"], in: folder)
            #expect(try figures.json["per_class"].elements.map { $0["class"].string } == ["light", "dark"])
            #expect(!figures.errors.contains("other names"), "\(figures.errors)")
        }
    }
}
