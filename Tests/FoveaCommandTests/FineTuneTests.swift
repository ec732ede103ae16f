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
            let run = try fovea("\(Self.command) --epochs 0 --head logistic --feature-views 2 --out tuned")
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
            ("--unfreeze some", 64, "some"),
            ("--image-size 4", 64, "conv2"),
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
            #expect(bare.status == 64 && bare.errors.contains("Give --weights with a .safetensors file"))
            let poor = try fovea(
                "\(Self.command) --limit-train 11 --out tuned".replacing("--limit-train 80 ", with: ""))
            #expect(poor.status == 65 && poor.errors.contains("Give each class at least 2"), "\(poor.errors)")
        }
    }
}
