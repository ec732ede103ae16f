import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("fovea fine-tune --learning-curve")
struct FineTuneLearningCurveTests {
    private func withRun(_ body: (_ folder: String, _ fovea: (String) throws -> FoveaProcess) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(
                TrainTests.small + ["--epochs", "1", "--out", "base"], in: folder, cache: "\(folder)/.cache")
            try #require(run.status == 0, "\(run.errors)")
            try body(folder) { line in try FoveaProcess(words(line), in: folder, cache: "\(folder)/.cache") }
        }
    }

    private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    /// Eight images of each of ten classes.
    private static let command =
        "fine-tune --model base --data glyphs --limit-train 80 --limit-val 100 --threads 1 --deterministic"

    @Test("measures smaller parts, writes table and drawing, and leaves the model that there is without it")
    func measures() throws {
        try withRun { folder, fovea in
            let run = try fovea("\(Self.command) --epochs 1 --learning-curve 2,4 --out tuned --json")
            #expect(run.status == 0, "\(run.errors)")
            let lines = try run.jsonLines
            try #require(lines.count == 7)
            #expect(lines[0]["plan"]["learning_curve"]["parts"].elements.map { $0["images"] } == [20, 40])
            #expect(lines[3]["event"] == "learning_curve_point" && lines[3]["images"] == 20)
            #expect(lines[4]["part"] == "4 of each class" && lines[4]["measured"] == 100)
            #expect(lines[5]["event"] == "learning_curve" && lines[5]["points"].elements.count == 3)
            #expect(lines[5]["points"].elements.map { $0["images"] } == [20, 40, 80])
            #expect(lines[5]["verdict"].string?.hasPrefix("From 40 to 80 images the accuracy ") == true)
            #expect(lines[6]["event"] == "end")
            // The best epoch's, up to the rounding of means over batches.
            let (whole, best) = (
                lines[5]["points"].elements[2]["accuracy"].double, lines[6]["best_val_accuracy"].double
            )
            #expect(abs((whole ?? 0) - (best ?? 1)) < 1e-6)

            let table = try String(contentsOfFile: "\(folder)/tuned/learning_curve.csv", encoding: .utf8)
            let rows = table.split(separator: "\n")
            #expect(rows[0] == "part,images,accuracy,lower,upper,right,measured" && rows.count == 4)
            #expect(rows[1].hasPrefix("2 of each class,20,") && rows[3].hasPrefix("all,80,"))
            let drawing = try String(contentsOfFile: "\(folder)/tuned/learning_curve.svg", encoding: .utf8)
            #expect(drawing.contains("lenet5 on glyphs") && drawing.contains("4 of each class"))
            #expect(drawing.components(separatedBy: "<circle").count == 4)

            let plain = try fovea("\(Self.command) --epochs 1 --out plain")
            #expect(plain.status == 0, "\(plain.errors)")
            func weights(_ run: String) throws -> Data {
                try Data(contentsOf: URL(filePath: "\(folder)/\(run)/weights/best.safetensors"))
            }
            #expect(try weights("tuned") == weights("plain"))
            let settings = try RunFolder(opening: "\(folder)/tuned").readRun()
            #expect(settings?.setting("learning-curve") == "2,4")
        }
    }

    @Test("without sizes takes the usual ones that the classes allow, and --plan-only names them")
    func usual() throws {
        try withRun { folder, fovea in
            let run = try fovea("\(Self.command) --learning-curve --plan-only --json")
            #expect(run.status == 0, "\(run.errors)")
            let parts = try run.json["plan"]["learning_curve"]["parts"].elements
            // 10 % would be one image of each class.
            #expect(parts.map { $0["part"] } == ["25 %", "50 %"] && parts.map { $0["images"] } == [20, 40])
            #expect(run.errors.contains("curve    20, 40 training images too, about "), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/runs"))
            let people = try fovea("\(Self.command) --epochs 0 --learning-curve --out tuned")
            #expect(people.status == 0, "\(people.errors)")
            #expect(people.output.contains("trained on") && people.output.contains("25 %"), "\(people.output)")
            #expect(people.output.contains("written: tuned/learning_curve.csv, tuned/learning_curve.svg"))
        }
    }

    @Test("a signal keeps the model and the points so far")
    func signal() throws {
        try withRun { folder, _ in
            let line = "\(Self.command) --epochs 40 --learning-curve 2,3,4,5,6,7 --out tuned --json"
            let running = try FoveaProcess.Running(words(line), in: folder, cache: "\(folder)/.cache")
            while running.isRunning, !running.outputSoFar.contains("learning_curve_point") { usleep(10_000) }
            running.send(SIGINT)
            let ended = try running.end()
            #expect(ended.status == 128 + SIGINT, "\(ended.errors)")
            #expect(ended.errors.contains("stopped before the learning curve was complete"), "\(ended.errors)")
            #expect(try RunFolder(opening: "\(folder)/tuned").readWeights(.best).map(\.key).count == 10)
            let table = try String(contentsOfFile: "\(folder)/tuned/learning_curve.csv", encoding: .utf8)
            #expect(table.contains("2 of each class,20,") && table.contains("all,80,") && !table.contains("7 of each"))
        }
    }

    @Test(
        "mistakes are named with a remedy, before anything is written",
        arguments: [
            ("--learning-curve 0", "--learning-curve: A subset cannot have 0 examples of each class."),
            ("--learning-curve 4,4", "--learning-curve: The size 4 is there twice."),
            ("--learning-curve 4,3", "--learning-curve: The size 3 comes after 4"),
            ("--learning-curve 120%", "--learning-curve: A subset cannot have 120 % of the examples."),
            ("--learning-curve 1", "takes 1 of the 8 examples of the class `0`, and at least 2 are needed."),
            ("--learning-curve 9", "The class `0` has 8 examples, and the size is 9 of each class."),
            ("--learning-curve 20%,4", "`20%` is no size beside the others."),
            ("--learning-curve 4,", "`` is no size beside the others."),
            ("--learning-curve 8", "has no part smaller than all 80 images."),
            ("--learning-curve --val-split 0", "A learning curve is measured on a validation part"),
        ])
    func mistakes(options: String, message: String) throws {
        try withRun { folder, fovea in
            let line =
                options.contains("--val-split") ? Self.command.replacing("--limit-val 100 ", with: "") : Self.command
            let run = try fovea("\(line) --out tuned \(options)")
            #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/tuned"))
        }
    }
}
