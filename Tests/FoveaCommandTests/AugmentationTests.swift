import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Augmentation on the command line")
struct AugmentationTests {
    @Test("train augments, records how, and says so; evaluate and predict average over views")
    func trains() throws {
        try withTemporaryFolder { folder in
            for (name, base) in [("dark", 20), ("light", 180)] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/photos/\(name)", withIntermediateDirectories: true)
                for number in 0..<20 {
                    let width = 18 + number
                    let pixels = (0..<22 * width).map { UInt8(base + ($0 * 7 + number * 13) % 50) }
                    try writePNG(pixels, width: width, height: 22, to: "\(folder)/photos/\(name)/\(number).png")
                }
            }
            func train(_ out: String, _ more: String...) throws -> FoveaProcess {
                try FoveaProcess(
                    [
                        "train", "--data", "photos", "--model", "smallcnn", "--epochs", "4", "--batch-size", "8",
                        "--out", out,
                        "--json", "--threads", "2", "--image-size", "16", "--deterministic",
                    ] + more, in: folder, cache: "\(folder)/.cache")
            }
            let options = ["--augment", "standard", "--mixup", "0.2", "--cutmix", "1", "--random-erase", "0.25"]
            let run = try train(
                "run", "--augment", "standard", "--mixup", "0.2", "--cutmix", "1", "--random-erase", "0.25")
            #expect(run.status == 0, "\(run.errors)")
            #expect(
                run.errors.contains(
                    "augment RandomResizedCrop, RandomHorizontalFlip, ColorJitter, RandomErasing, mixup 0.2, cutmix 1.0"
                ),
                "\(run.errors)")
            let description = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: "\(folder)/run/run.json"))))
            let settings = description["settings"]
            #expect(settings["augment"] == "standard" && settings["random-erase"].double == 0.25)
            #expect(settings["mixup"].double == 0.2 && settings["cutmix"].double == 1)
            #expect(description["command"].elements.compactMap(\.string).suffix(options.count) == options[...])
            let epochs = try run.jsonLines.dropLast().map { ($0["train_accuracy"].double, $0["val_accuracy"].double) }
            #expect(
                epochs.count == 4 && epochs.allSatisfy { (0...1).contains($0.0 ?? -1) && (0...1).contains($0.1 ?? -1) })
            let again = try train(
                "again", "--augment", "standard", "--mixup", "0.2", "--cutmix", "1", "--random-erase", "0.25")
            #expect(try again.jsonLines.map { $0["train_loss"] } == run.jsonLines.map { $0["train_loss"] })
            let plain = try train("plain")
            #expect(!plain.errors.contains("augment "), "\(plain.errors)")
            #expect(try plain.jsonLines.first?["train_loss"] != run.jsonLines.first?["train_loss"])

            func evaluate(_ more: String...) throws -> JSONValue {
                try FoveaProcess(
                    [
                        "evaluate", "--model", "plain", "--data", "photos", "--split", "train", "--deterministic",
                        "--json",
                    ] + more, in: folder, cache: "\(folder)/.cache"
                ).json
            }
            let (alone, both) = (try evaluate(), try evaluate("--tta", "flip"))
            #expect(alone == (try evaluate("--tta", "none")))
            #expect(both["loss"] != alone["loss"] && both["count"] == 36 && both.names == alone.names)
            let predicted = try FoveaProcess(
                ["predict", "--model", "plain", "photos/light", "--tta", "flip", "--json"], in: folder,
                cache: "\(folder)/.cache")
            #expect(predicted.status == 0, "\(predicted.errors)")
            let sums = try predicted.json.elements.map { result in
                result["predictions"].elements.compactMap { $0["probability"].double }.reduce(0, +)
            }
            #expect(sums.count == 20 && sums.allSatisfy { abs($0 - 1) < 1e-6 })
            let wrong = try FoveaProcess(["predict", "--model", "plain", "photos/light", "--tta", "ten"], in: folder)
            #expect(wrong.status == 64 && wrong.errors.contains("'ten' is invalid"), "\(wrong.errors)")
        }
    }
}
