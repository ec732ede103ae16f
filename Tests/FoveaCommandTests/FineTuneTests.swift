import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("fovea fine-tune")
struct FineTuneTests {
    private func withRun(_ body: (_ folder: String, _ fovea: (String) throws -> FoveaProcess) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(
                TrainTests.small + ["--epochs", "1", "--out", "base"], in: folder, cache: "\(folder)/.cache")
            try #require(run.status == 0, "\(run.errors)")
            try body(folder) { line in
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
            }
        }
    }

    private static let command = "fine-tune --model base --data glyphs --limit-train 80 --threads 1"

    @Test("fits a run to a data set, prints the plan first, and leaves a run that predicts and evaluates")
    func fits() throws {
        try withRun { folder, fovea in
            let run = try fovea("\(Self.command) --epochs 1 --batch-size 16 --head mlp --out tuned --json")
            #expect(run.status == 0, "\(run.errors)")
            let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(lines.count == 4)
            #expect(lines[0]["event"] == "plan" && lines[0]["plan"]["head"] == "mlp")
            #expect(lines[1]["epoch"] == 1 && lines[2]["epoch"] == 2 && lines[3]["event"] == "end")
            #expect(run.errors.contains("frozen") && run.errors.contains("rate 0.001500"))
            let evaluated = try fovea("evaluate --model tuned --data glyphs --json")
            #expect(evaluated.status == 0, "\(evaluated.errors)")
            let model = try String(contentsOfFile: "\(folder)/tuned/model.json", encoding: .utf8)
            #expect(model.contains("\"head\": \"mlp\""))
            // A mirrored 3 is no 3.
            let record = try String(contentsOfFile: "\(folder)/tuned/run.json", encoding: .utf8)
            #expect(record.contains("\"augment\": \"none\""))
        }
    }

    @Test("--plan-only says what would be done and writes nothing")
    func planOnly() throws {
        try withRun { folder, fovea in
            let run = try fovea("\(Self.command) --plan-only --json")
            #expect(run.status == 0, "\(run.errors)")
            let plan = try run.json["plan"]
            let phases = plan["phases"]
            guard case .array(let list) = phases else {
                Issue.record("phases is no array")
                return
            }
            #expect(list.map { $0["name"] } == ["head", "fine-tuning"])
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/runs"))
        }
    }

    @Test("logistic regression counts as the head's epoch and says which penalty it chose")
    func logistic() throws {
        try withRun { _, fovea in
            let run = try fovea(
                "\(Self.command) --epochs 0 --head logistic --feature-views 2 --augment crop --out tuned")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("chosen by 5-fold cross-validation"))
            #expect(run.output.contains("best epoch           1 of 1"))
        }
    }

    @Test(
        "mistakes are named with a remedy",
        arguments: [
            ("--freeze conv9", 64, "The pattern `conv9` matches no parameter of the network. Did you mean `conv"),
            ("--unfreeze last-9", 64, "The last 9 stages cannot be unfrozen: `lenet5` has 3. Use at most 3, or all."),
            ("--unfreeze some", 64, "--unfreeze"),
            ("--freeze-epochs 2", 64, "--freeze-epochs belongs to heads that are trained, and --head is logistic."),
            ("--image-size 4", 64, "conv2"),
            ("--feature-views 2", 64, "without augmentation all views are alike"),
            ("--lr-decay-per-stage 0", 64, "The learning rate's decay per stage is 0.0."),
            ("--weights base/model.json", 65, "base/model.json"),
        ])
    func mistakes(options: String, status: Int, message: String) throws {
        try withRun { folder, fovea in
            let run = try fovea("\(Self.command) --out tuned \(options)")
            #expect(run.status == status, "\(run.errors)")
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/tuned"))
        }
    }

    @Test("a network of the zoo without weights, and a class with one image, are refused")
    func refusals() throws {
        try withRun { folder, fovea in
            let bare = try fovea("fine-tune --model resnet18 --data glyphs")
            #expect(bare.status == 64 && bare.errors.contains("or --weights with a .safetensors file"))
            let poor = try fovea(
                "\(Self.command) --limit-train 11 --out tuned".replacing("--limit-train 80 ", with: ""))
            #expect(poor.status == 65 && poor.errors.contains("Give each class at least 2"), "\(poor.errors)")
        }
    }

    @Test(
        "warns of weights whose metadata say another preparation than they were trained with, and keeps that in run.json"
    )
    func mismatch() throws {
        try withTemporaryFolder { folder in
            func fovea(_ line: String) throws -> FoveaProcess {
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
            }
            let base = try fovea(
                "train --data glyphs --model smallcnn --limit-train 600 --limit-val 50 --epochs 2 --batch-size 16 --out base"
            )
            try #require(base.status == 0, "\(base.errors)")
            let run = try RunFolder(opening: "\(folder)/base")
            let own = run.model.preprocessing
            for (name, mean, deviation) in [
                ("right", "\(own.mean)", "\(own.standardDeviation)"), ("wrong", "[0]", "[0.00392]"),
            ] {
                try Safetensors.write(
                    run.readWeights(), metadata: ["mean": mean, "std": deviation], to: "\(folder)/\(name).safetensors")
                let tuned = try fovea(
                    "fine-tune --model smallcnn --weights \(name).safetensors --data glyphs --limit-train 80 --limit-val 50 "
                        + "--epochs 0 --out tuned-\(name) --json")
                #expect(tuned.status == 0, "\(tuned.errors)")
                let check = try tuned.jsonLines[0]["plan"]["preprocessing_check"]
                #expect(check["layer"] == "features.1")
                let isWrong = name == "wrong"
                #expect(
                    tuned.errors.contains("the weights seem to expect images standardized in another way") == isWrong)
                #expect(check["warnings"].elements.count == (isWrong ? 1 : 0), "\(check)")
                #expect(try RunFolder(opening: "\(folder)/tuned-\(name)").readRun()?.preprocessingCheck == check)
            }
        }
    }

    @Test(
        "grey images are converted for a network of colour images, in training and in evaluation, which finds their part"
    )
    func grey() throws {
        try withTemporaryFolder { folder in
            func fovea(_ line: String) throws -> FoveaProcess {
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
            }
            for (name, base) in [("dark", 20), ("light", 180)] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/photos/\(name)", withIntermediateDirectories: true)
                for number in 0..<8 {
                    let pixels = (0..<28 * 28).map { UInt8(base + ($0 * 7 + number * 13) % 50) }
                    try writePNG(pixels, width: 28, height: 28, to: "\(folder)/photos/\(name)/\(number).png")
                }
            }
            let base = try fovea(
                "train --data photos --model lenet5 --image-size 28 --epochs 1 --batch-size 4 --val-split 0 --out base")
            try #require(base.status == 0, "\(base.errors)")
            let tuned = try fovea(
                "\(Self.command) --epochs 0 --val-split 0.25 --out tuned".replacing("--limit-train 80 ", with: ""))
            #expect(tuned.status == 0, "\(tuned.errors)")
            #expect(tuned.errors.contains("the images are grey: each is given three equal channels"))
            let held = try fovea("evaluate --model tuned --data glyphs --split val --json")
            #expect(held.status == 0 && held.errors.contains("which the training held out"), "\(held.errors)")
            let test = try fovea("evaluate --model tuned --data glyphs --split test --json")
            #expect(test.status == 0, "\(test.errors)")
        }
    }
}
