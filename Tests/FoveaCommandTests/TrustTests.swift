import Foundation
import FoveaData
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("How far a trained network can be trusted: calibrate, evaluate and compare")
struct TrustTests {
    /// A folder `photos` of pictures by class, some of which look like those of another; and runs that hold a quarter out.
    private func withRuns(
        _ runs: [(name: String, options: [String])], _ body: (_ folder: String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for (label, name) in ["dark", "light", "middle"].enumerated() {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/photos/\(name)", withIntermediateDirectories: true)
                for number in 0..<80 {
                    let level = number % 8 == 0 ? (label + 1) % 3 : label
                    let base = [20, 190, 105][level] + number * 13 % 60
                    let pixels = (0..<16 * 16).map { UInt8(base + $0 * 7 % 5) }
                    try writePNG(pixels, width: 16, height: 16, to: "\(folder)/photos/\(name)/\(number).png")
                }
            }
            for run in runs {
                let training = try FoveaProcess(
                    [
                        "train", "--data", "photos", "--model", "smallcnn", "--epochs", "4", "--batch-size", "16",
                        "--image-size", "16", "--val-split", "0.25", "--deterministic", "--out", run.name, "--json",
                    ] + run.options, in: folder)
                try #require(training.status == 0, "\(training.errors)")
            }
            try body(folder)
        }
    }

    private func fovea(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(line.split(separator: " ").map(String.init), in: folder)
    }

    private func validation(_ folder: String, _ run: String) throws -> Double? {
        let text = try String(contentsOfFile: "\(folder)/\(run)/metrics.jsonl", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            .compactMap { $0["val_accuracy"].double }.max()
    }

    @Test("evaluate measures on the part that the run held out, not on what it was trained on")
    func heldOut() throws {
        try withRuns([("run", ["--seed", "7"])]) { folder in
            let run = try fovea("evaluate --model run --data photos --json", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.json["count"] == 60 && run.json["split"] == "val")
            let (found, said) = (try run.json["accuracy"].double ?? 0, try validation(folder, "run") ?? 1)
            // The training adds up batches in single precision.
            #expect(abs(found - said) < 1e-6, "the training said the same")
            #expect(run.errors.contains("60 of 240 images of `photos`, which the training held out"), "\(run.errors)")
            #expect(run.errors.contains("(--val-split 0.25, --seed 7)"))
            #expect(
                try fovea("evaluate --model run --data photos --split train --json", in: folder).json["count"] == 180)

            // The same pictures elsewhere are the same data; one picture less are others.
            try FileManager.default.moveItem(atPath: "\(folder)/photos", toPath: "\(folder)/moved")
            #expect(try fovea("evaluate --model run --data moved --split val --json", in: folder).json["count"] == 60)
            try FileManager.default.removeItem(atPath: "\(folder)/moved/dark/1.png")
            let other = try fovea("evaluate --model run --data moved --json", in: folder)
            #expect(try other.json["count"] == 239 && other.json["split"] == "train")
            #expect(other.errors.contains("is not what the run was trained on, or has changed since"))
            let missing = try fovea("evaluate --model run --data moved --split val", in: folder)
            #expect(missing.status == 66 && missing.errors.contains("has no part `val`. It is not what the run"))

            let record = URL(filePath: "\(folder)/run/run.json")
            let text = try String(contentsOf: record, encoding: .utf8)
            let damaged = text.replacing("\"val-split\": 0.25", with: "\"val-split\": 3")
            try #require(damaged != text)
            try damaged.write(to: record, atomically: true, encoding: .utf8)
            let refused = try fovea("evaluate --model run --data moved", in: folder)
            #expect(refused.status == 65 && refused.errors.contains("`settings.val-split`"), "\(refused.errors)")
        }
    }

    @Test("calibrate writes temperature and threshold, which evaluate and predict use; answers stay the same")
    func calibrates() throws {
        try withRuns([("run", [])]) { folder in
            let trained = try RunFolder(opening: "\(folder)/run").model.calibration
            #expect(trained == nil || trained?.threshold == nil)
            let before = try fovea("evaluate --model run --data photos --json", in: folder).json
            let run = try fovea("calibrate --model run --data photos --wanted-precision 0.6 --json", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json
            #expect(
                json.names == [
                    "temperature", "is_at_bound", "split", "examples", "expected_calibration_error",
                    "uncalibrated_expected_calibration_error", "loss", "uncalibrated_loss", "threshold",
                    "wanted_precision", "coverage", "precision", "bins", "path",
                ])
            #expect(json["examples"] == 60 && json["split"] == "val" && json["path"] == "run/model.json")
            #expect(json["bins"].elements.count == 15)
            let saved = try #require(try RunFolder(opening: "\(folder)/run").model.calibration)
            #expect(saved.temperature == json["temperature"].double)
            #expect(saved.threshold?.probability == json["threshold"].double && saved.threshold?.precision == 0.6)

            let diagram = "evaluate --model run --data photos --diagram d.svg"
            let after = try fovea("\(diagram) --json", in: folder).json
            #expect(after["accuracy"] == before["accuracy"] && after["confusion"] == before["confusion"])
            let calibration = after["calibration"]
            #expect(calibration["temperature"] == json["temperature"])
            #expect(calibration["coverage"] == json["coverage"] && calibration["precision"] == json["precision"])
            let error = try #require(calibration["expected_calibration_error"].double)
            #expect(abs(error - (json["expected_calibration_error"].double ?? 1)) < 1e-6)
            let svg = try String(contentsOfFile: "\(folder)/d.svg", encoding: .utf8)
            #expect(svg.contains("run on val of photos") && svg.contains("With the temperature"))
            let people = try fovea(diagram, in: folder)
            #expect(people.output.contains("answers            ") && people.output.contains("written: d.svg"))

            let predicted = try fovea("predict --model run photos/dark --json", in: folder).json.elements
            let threshold = try #require(saved.threshold?.probability)
            for result in predicted {
                let probability = try #require(result["predictions"].elements.first?["probability"].double)
                #expect(result["uncertain"] == .boolean(probability < threshold))
            }
            try setThreshold(1, folder)
            let unsure = try fovea("predict --model run photos/dark/1.png", in: folder)
            #expect(unsure.output.contains("not sure: "), "\(unsure.output)")
            let all = try fovea("calibrate --model run --data photos", in: folder)
            #expect(all.output.contains("temperature  ") && !all.output.contains("threshold"), "\(all.errors)")
            #expect(
                try fovea("predict --model run photos/dark/1.png --json", in: folder).json.elements[0].names.count == 2)
        }
    }

    private func setThreshold(_ probability: Double, _ folder: String) throws {
        var run = try RunFolder(opening: "\(folder)/run")
        let saved = try #require(run.model.calibration)
        try run.save(
            ModelDescription.Calibration(
                temperature: saved.temperature, examples: saved.examples,
                expectedCalibrationError: saved.expectedCalibrationError,
                threshold: .init(probability: probability, precision: 0.6)))
    }

    @Test("a threshold that cannot be reached says what the best is, and leaves model.json as it was")
    func unreachable() throws {
        try withRuns([("run", [])]) { folder in
            let before = try Data(contentsOf: URL(filePath: "\(folder)/run/model.json"))
            let run = try fovea("calibrate --model run --data photos --wanted-precision 0.999", in: folder)
            #expect(
                run.status == 65 && run.errors.contains("the best that these 60 examples show is 0."), "\(run.errors)")
            #expect(run.errors.contains("at least 2302 answers"))
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/run/model.json")) == before)
            let test = try fovea("calibrate --model run --data photos --split test", in: folder)
            #expect(test.status == 66 && test.errors.contains("has no part `test`"))
        }
    }

    @Test("compare gives intervals, exact tests, a verdict and a sheet; class orders may differ")
    func compares() throws {
        try withRuns([("good", []), ("bad", ["--lr", "0.00001"]), ("other", ["--seed", "3"])]) { folder in
            let line = "compare good bad --data photos"
            let run = try fovea("\(line) --disagreements sheet.png --json", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json
            #expect(json.names == ["split", "count", "runs", "tests", "verdict", "disagreements"])
            #expect(json["count"] == 60 && json["split"] == "val")
            #expect(json["runs"].elements.map { $0["run"] } == ["good", "bad"])
            for name in ["good", "bad"] {
                let alone = try fovea("evaluate --model \(name) --data photos --json", in: folder).json["accuracy"]
                #expect(json["runs"].elements.first { $0["run"] == .string(name) }?["accuracy"] == alone)
            }
            let test = try #require(json["tests"].elements.first)
            let cells = ["both_right", "only_first_right", "only_second_right", "both_wrong"]
            #expect(cells.compactMap { test[$0].double }.reduce(0, +) == 60)
            #expect(json["verdict"].string?.contains("`good`") == true)
            let picture = try ImageFile.decode(path: "\(folder)/sheet.png", channels: 3)
            #expect(picture.height > 200 && picture.width > 400)
            #expect(try fovea(line, in: folder).output.contains("95 % interval"))

            let apart = try fovea("compare good other --data photos", in: folder)
            #expect(
                apart.status == 65 && apart.errors.contains("held different parts of `photos` out"), "\(apart.errors)")

            // The test part of a table is no run's own, and the classes of one run are in another order.
            let split = try fovea("data split photos --val-split 0.2 --test-split 0.2 --out split.csv", in: folder)
            try #require(split.status == 0, "\(split.errors)")
            try Data("middle\nlight\ndark\n".utf8).write(to: URL(filePath: "\(folder)/classes.txt"))
            for (name, options) in [("first", ""), ("turned", " --classes-file classes.txt --image-size 24")] {
                let size = options.isEmpty ? " --image-size 16" : ""
                let run = try fovea(
                    "train --data split.csv --model smallcnn --epochs 2 --deterministic --out \(name)\(size)\(options)",
                    in: folder)
                try #require(run.status == 0, "\(run.errors)")
            }
            let turned = try fovea("compare first turned --data split.csv --json", in: folder)
            #expect(turned.status == 0, "\(turned.errors)")
            for name in ["first", "turned"] {
                let alone = try fovea("evaluate --model \(name) --data split.csv --json", in: folder).json["accuracy"]
                #expect(try turned.json["runs"].elements.first { $0["run"] == .string(name) }?["accuracy"] == alone)
            }
        }
    }

    @Test("compare refuses runs of other classes, and names the differences")
    func otherClasses() throws {
        try withRuns([("run", ["--epochs", "1"])]) { folder in
            try FileManager.default.copyItem(atPath: "\(folder)/run", toPath: "\(folder)/renamed")
            let file = URL(filePath: "\(folder)/renamed/model.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("\"dark\"", with: "\"black\"").write(to: file, atomically: true, encoding: .utf8)
            let run = try fovea("compare run renamed --data photos", in: folder)
            #expect(run.status == 65)
            #expect(run.errors.contains("only `run` has `dark`; only `renamed` has `black`"), "\(run.errors)")
        }
    }
}
