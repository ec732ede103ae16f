import Foundation
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaTestSupport
import Testing

@Suite("fovea data")
struct DataTests {
    /// Grey pictures of 40×40 in the classes `dark` and `<b>light&`, told apart by their stripes.
    private func writePhotos(in folder: String) throws {
        for name in ["dark", "<b>light&"] {
            #expect(try createFolder(at: "\(folder)/photos/\(name)"))
            for number in 10..<20 {
                let pixels = (0..<1600).map { position -> UInt8 in
                    let (row, column) = (position / 40, position % 40)
                    let wave = (row * (number - 8) + column * (name == "dark" ? 3 : 7)) % 97
                    return UInt8((name == "dark" ? 20 : 120) + wave)
                }
                try writePNG(pixels, width: 40, height: 40, to: "\(folder)/photos/\(name)/\(number).png")
            }
        }
    }

    private func run(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(["data"] + line.split(separator: " ").map(String.init), in: folder)
    }

    @Test("inspect reports the data and its problems, and ends with 65 only when that is asked for")
    func inspect() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            let sound = try run("inspect photos --strict --json", in: folder)
            #expect(sound.status == 0, "\(sound.output)\(sound.errors)")
            let figures = try sound.json
            #expect(figures["classes"].elements.compactMap(\.string) == ["<b>light&", "dark"])
            #expect(figures["count"] == 20 && figures["splits"]["train"] == 20)
            #expect(figures["problems"].elements.allSatisfy { $0["severity"] == "note" })

            let dark = "\(folder)/photos/dark"
            try FileManager.default.copyItem(atPath: "\(dark)/12.png", toPath: "\(dark)/copy.png")
            try Data("<html>".utf8).write(to: URL(filePath: "\(dark)/page.png"))
            let broken = try run("inspect photos --json", in: folder)
            #expect(broken.status == 0, "\(broken.errors)")
            let problems = try broken.json["problems"].elements.filter { $0["severity"] == "error" }
            #expect(problems.compactMap { $0["kind"].string } == ["unreadable", "duplicate"])
            #expect(problems[0]["files"].elements == ["photos/dark/page.png"])
            #expect(problems[1]["files"].elements == ["photos/dark/12.png", "photos/dark/copy.png"])
            #expect(problems.allSatisfy { $0.names.starts(with: ["kind", "message", "files"]) })
            let strict = try run("inspect photos --strict", in: folder)
            #expect(strict.status == 65 && strict.errors.contains("`photos` has 2 problems."), "\(strict.errors)")
            #expect(strict.output.contains("Cannot be read [unreadable]") && strict.output.contains("copy.png"))
        }
    }

    @Test("inspect --labels trains on folds and says how far the networks agree with the labels")
    func labels() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            let line = "inspect photos --json --labels --epochs 8 --folds 2 --image-size 28 --deterministic --threads 1"
            let run = try run(line, in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("labels: 2 of 2 networks trained"), "\(run.errors)")
            #expect(run.errors.contains("labels: the networks agree with"), "\(run.errors)")
            #expect(try run.json["problems"].elements.allSatisfy { $0["severity"] == "note" })
            let wrong = try self.run("inspect photos --labels --folds 1", in: folder)
            #expect(wrong.status == 64 && wrong.errors.contains("The number of folds is 1."), "\(wrong.errors)")
        }
    }

    @Test("inspect writes a page that needs nothing else and shows names literally, and a contact sheet")
    func page() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            try FileManager.default.copyItem(
                atPath: "\(folder)/photos/<b>light&/12.png", toPath: "\(folder)/photos/<b>light&/`<img onerror=x>`.png")
            let written = try run("inspect photos --out report --json", in: folder)
            #expect(try written.json["out"].elements == ["report/inspection.html", "report/contact-sheet.png"])
            let page = try String(contentsOfFile: "\(folder)/report/inspection.html", encoding: .utf8)
            #expect(page.hasPrefix("<!doctype html>") && page.contains("data:image/png;base64,"))
            for text in ["<script", "http:", "https:", "<b>light", "<img onerror", "src=\"photos"] {
                #expect(!page.contains(text), "\(text)")
            }
            #expect(page.contains("&lt;b&gt;light&amp;") && page.contains("&lt;img onerror=x&gt;"))
            #expect(page.contains("prefers-color-scheme: dark"))
            let sheet = try readFile(at: "\(folder)/report/contact-sheet.png", limit: 10_000_000)
            #expect(sheet.starts(with: [0x89, 0x50, 0x4e, 0x47]))
            let one = try run("inspect photos --out only.png --json", in: folder)
            #expect(try one.json["out"].elements == ["only.png"])
            #expect(try readFile(at: "\(folder)/only.png", limit: 10_000_000) == sheet)
            try Data().write(to: URL(filePath: "\(folder)/file"))
            let occupied = try run("inspect photos --out file", in: folder)
            #expect(occupied.status == 73 && occupied.errors.contains("`file` is a file."), "\(occupied.errors)")
        }
    }

    @Test("preview shows what the network sees in each epoch; the same seed gives the same sheet")
    func preview() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            let line = "preview photos --image-size 32 --augment standard --count 4 --epochs 3"
            for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] {
                let run = try run("\(line) --seed \(seed) --out \(name).png --json", in: folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.json["path"].string == "\(name).png")
            }
            func sheet(_ name: String) throws -> DecodedImage {
                try ImageFile.decode(path: "\(folder)/\(name).png", channels: 3)
            }
            #expect(try sheet("a") == sheet("b") && sheet("a") != sheet("c"))
            let plain = try run("preview photos --image-size 32 --out plain.png", in: folder)
            #expect(plain.status == 0 && plain.output == "written: plain.png\n", "\(plain.errors)")
            let wrong = try run("preview photos --epochs 0", in: folder)
            #expect(wrong.status == 64 && wrong.errors.contains("--epochs is 0."), "\(wrong.errors)")
        }
    }

    @Test("split writes a table that train takes, and never overwrites one")
    func split() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            let written = try run("split photos --val-split 0.2 --seed 3 --out split.csv --json", in: folder)
            #expect(written.status == 0, "\(written.errors)")
            #expect(try written.json["path"] == "split.csv" && written.json["splits"]["val"] == 4)
            let again = try run("split photos --out split.csv", in: folder)
            #expect(again.status == 73 && again.errors.contains("`split.csv` exists already."), "\(again.errors)")
            let train = [
                "train", "--model", "lenet5", "--epochs", "1", "--batch-size", "8", "--image-size", "28", "--json",
                "--deterministic", "--threads", "1", "--seed", "3",
            ]
            let table = try FoveaProcess(train + ["--data", "split.csv", "--out", "table"], in: folder)
            #expect(
                table.status == 0 && table.errors.contains("split: 16 training, 4 validation images"), "\(table.errors)"
            )
            let direct = try FoveaProcess(
                train + ["--data", "photos", "--val-split", "0.2", "--out", "direct"], in: folder)
            func figures(_ run: FoveaProcess) throws -> [JSONValue] {
                try ["train_loss", "val_loss"].map { try #require(run.jsonLines.first)[$0] }
            }
            #expect(try figures(table) == figures(direct), "the same parts")
        }
    }

    @Test("benchmark reads all images as often as asked, with and without a cache")
    func benchmark() throws {
        try withTemporaryFolder { folder in
            try writePhotos(in: folder)
            for cache in ["0", "100kB", "1GB"] {
                let line =
                    "benchmark photos --image-size 24 --epochs 3 --augment crop --workers 2 --cache-memory \(cache)"
                let benchmark = try run("\(line) --json", in: folder)
                #expect(benchmark.status == 0, "\(benchmark.errors)")
                let figures = try benchmark.json
                #expect(figures["images"] == 60)
                for key in [
                    "opening_seconds", "seconds", "core_seconds", "images_per_second", "images_per_core_second",
                ] {
                    #expect((figures[key].double ?? 0) > 0, "\(key)")
                }
            }
            let text = try run("benchmark photos --image-size 24 --epochs 1", in: folder)
            #expect(text.output.contains("20 images in"), "\(text.output)")
        }
    }

    @Test("A mistyped command or option of the group is named with the nearest known one")
    func mistakes() throws {
        try withTemporaryFolder { folder in
            let command = try run("inspct photos", in: folder)
            #expect(command.status == 64 && command.errors.contains("Did you mean `inspect`?"), "\(command.errors)")
            #expect(command.errors.contains("There is no command `inspct` in `fovea data`."))
            let option = try run("inspect photos --strickt", in: folder)
            #expect(option.status == 64 && option.errors.contains("`fovea data inspect` has no option `--strickt`."))
            #expect(option.errors.contains("Did you mean `--strict`?"), "\(option.errors)")
            let missing = try run("inspect nowhere", in: folder)
            #expect(missing.status == 66 && missing.errors.contains("There is no data at `nowhere`."))
        }
    }
}
