import Foundation
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@Suite("fovea train")
struct TrainTests {
    /// Little work that still learns something.
    static let small = [
        "train", "--data", "glyphs", "--model", "lenet5", "--limit-train", "512", "--limit-val", "200", "--epochs", "1",
    ]

    @Test("takes a folder of images by class, and so do evaluate and predict")
    func imageFolder() throws {
        try withTemporaryFolder { folder in
            for name in ["dark", "light"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/photos/\(name)", withIntermediateDirectories: true)
                for number in 0..<20 {
                    let width = 16 + number
                    let pixels = (0..<20 * width).map {
                        UInt8((name == "dark" ? 20 : 180) + ($0 * 7 + number * 13) % 50)
                    }
                    try writePNG(pixels, width: width, height: 20, to: "\(folder)/photos/\(name)/\(number).png")
                }
            }
            try Data("left over".utf8).write(to: URL(filePath: "\(folder)/photos/dark/.DS_Store"))
            let run = try FoveaProcess(
                [
                    "train", "--data", "photos", "--model", "smallcnn", "--epochs", "6", "--batch-size", "8", "--out",
                    "run", "--json", "--threads", "2", "--image-size", "16",
                ], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(
                run.errors.contains("41 files found: 40 images loaded, 1 skipped (1 of the system)"), "\(run.errors)")
            let opened = try RunFolder(opening: "\(folder)/run")
            #expect(opened.model.classNames == ["dark", "light"] && opened.model.input == [3, 16, 16])
            #expect(opened.model.preprocessing.shorterSide == 18)
            let evaluation = try FoveaProcess(
                ["evaluate", "--model", "run", "--data", "photos", "--split", "train", "--json"], in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            let figures = try JSONValue(parsing: Array(evaluation.output.utf8))
            #expect(figures["count"] == 36, "every tenth of each class was held out")
            #expect(try #require(figures["accuracy"].double) > 0.9)
            let prediction = try FoveaProcess(["predict", "--model", "run", "photos/light", "--json"], in: folder)
            #expect(prediction.status == 0, "\(prediction.errors)")
            let predicted = try JSONValue(parsing: Array(prediction.output.utf8)).elements
            #expect(predicted.count == 20)
            #expect(predicted.filter { $0["predictions"].elements.first?["class"] == "light" }.count > 18)
        }
    }

    @Test("the demo trains on the device, threads and kernels that it is given")
    func demo() throws {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(
                ["demo", "--epochs", "1", "--deterministic", "--threads", "2", "--out", "run", "--json"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let description = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: "\(folder)/run/run.json"))))
            #expect(
                description["command"].elements.contains("--deterministic") && description["settings"]["threads"] == 2)
            let missing = try FoveaProcess(["demo", "--epochs", "1", "--kernels", "nowhere"], in: folder)
            #expect(missing.status == 66)
            #expect(missing.errors.contains("`nowhere`"), "\(missing.errors)")
        }
    }

    @Test("leaves a whole run folder, and prints an epoch and the end as JSON lines", arguments: ["cpu", "reference"])
    func leavesRunFolder(device: String) throws {
        try withTemporaryFolder { folder in
            // Few images: the reference device is slow.
            let glyphs = try Glyphs(seed: 1, trainingCount: 100, testCount: 20).splits()
            try writeIDX(training: glyphs.training, test: try #require(glyphs.test), to: "\(folder)/digits")
            let run = try FoveaProcess(
                [
                    "train", "--data", "digits", "--model", "lenet5", "--epochs", "1", "--batch-size", "45",
                    "--limit-train", "60", "--device", device, "--out", "run", "--json",
                ] + (device == "cpu" ? ["--threads", "2"] : ["--precision", "bf16"]), in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let lines = try run.jsonLines
            try #require(lines.count == 2)
            #expect(
                lines[0].names == [
                    "epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds",
                    "images_per_second", "data_wait",
                ])
            for name in lines[0].names { #expect(lines[0][name].double != nil, "\(name)") }
            #expect((0...1).contains(try #require(lines[0]["data_wait"].double)))
            #expect(
                lines[1].names == [
                    "event", "best_val_accuracy", "best_epoch", "test_accuracy", "test_loss", "out", "parameters",
                ])
            #expect(lines[1]["event"] == "end" && lines[1]["best_epoch"] == 1 && lines[1]["out"] == "run")
            #expect(lines[1]["best_val_accuracy"] == lines[0]["val_accuracy"] && lines[1]["parameters"] == 61706)

            let files = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/run").sorted()
            #expect(
                files == (device == "cpu" ? ["kernels.json"] : []) + [
                    "metrics.csv", "metrics.jsonl", "model.json", "run.json", "weights", "weights/best.safetensors",
                    "weights/last.safetensors",
                ])
            let opened = try RunFolder(opening: "\(folder)/run")
            #expect(opened.model.architecture == "lenet5" && opened.model.input == [1, 28, 28])
            #expect(try opened.readWeights(.best).first { $0.key == "fc3.weight" }?.value.shape == [10, 84])
            let description = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: "\(folder)/run/run.json"))))
            #expect(description["settings"]["device"] == .string(device))
            #expect(description["settings"]["precision"] == (device == "cpu" ? "f32" : "bf16"))
            #expect(description["settings"]["lr"] == 0.001 && description["settings"]["val-split"] == 0.1)
            #expect(description["command"].elements.contains("--limit-train"))
            #expect(
                description["versions"].names == [
                    "oneDNN", "zlib", "libjpeg-turbo", "libpng", "libwebp", "giflib", "LittleCMS", "swift", "fovea",
                ])
        }
    }

    @Test("the same seed gives the same bytes, another seed others")
    func isReproducible() throws {
        try withTemporaryFolder { folder in
            func weights(_ name: String, seed: Int) throws -> Data {
                // A cache of its own: where the runs of other tests wrote into it meanwhile, the second run would find
                // other kernels than the first.
                let run = try FoveaProcess(
                    Self.small + ["--seed", "\(seed)", "--out", name], in: folder, cache: "\(folder)/.cache")
                #expect(run.status == 0, "\(run.errors)")
                return try Data(contentsOf: URL(filePath: "\(folder)/\(name)/weights/last.safetensors"))
            }
            let first = try weights("a", seed: 7)
            #expect(try weights("b", seed: 7) == first)
            #expect(try weights("c", seed: 8) != first)
        }
    }

    @Test("a last batch of one image, which batch normalization cannot be trained on, is left out and said once")
    func lastBatchOfOne() throws {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(
                [
                    "train", "--data", "glyphs", "--model", "resnet18", "--limit-train", "17", "--limit-val", "4",
                    "--batch-size", "16", "--epochs", "2", "--deterministic", "--out", "run",
                ], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(
                run.errors.components(separatedBy: "each epoch leaves out 1 image that does not fill a batch").count
                    == 2,
                "\(run.errors)")
            #expect(run.errors.contains("`layer4.0.bn1` has one value per channel"))
            #expect(try RunFolder(opening: "\(folder)/run").readWeights(.last).keys.contains("conv1.weight"))
        }
    }

    @Test("without --out the folder is named for the model, the data and the first free number")
    func namesRunFolder() throws {
        try withTemporaryFolder { folder in
            for number in 1...2 {
                let run = try FoveaProcess(Self.small + ["--json"], in: folder)
                #expect(try run.jsonLines.last?["out"] == .string("runs/train/lenet5-glyphs-\(number)"))
            }
        }
    }

    @Test("starts from weights: another epoch goes on where the first ended")
    func startsFromWeights() throws {
        try withTemporaryFolder { folder in
            let first = try FoveaProcess(Self.small + ["--epochs", "3", "--out", "a", "--json"], in: folder)
            let second = try FoveaProcess(
                Self.small + ["--weights", "a/weights/last.safetensors", "--out", "b", "--json"], in: folder)
            let before = try #require(try first.jsonLines.first?["train_loss"].double)
            let after = try #require(try second.jsonLines.first?["train_loss"].double)
            #expect(after < before * 0.9)
        }
    }

    @Test("without validation the best epoch is that of the lowest training loss")
    func trainsWithoutValidation() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "train", "--data", "glyphs", "--model", "lenet5", "--limit-train", "256", "--epochs", "2",
                "--val-split", "0", "--optimizer", "sgd", "--nesterov", "--schedule", "cosine", "--no-shuffle",
            ]
            let run = try FoveaProcess(arguments + ["--out", "run", "--json"], in: folder)
            let lines = try run.jsonLines
            try #require(lines.count == 3, "\(run.errors)")
            #expect(lines[0]["val_loss"] == .null && lines[2]["best_val_accuracy"] == .null)
            #expect(lines[2]["test_accuracy"].double != nil)
        }
    }

    @Test("a signal ends it after the step with whole weights", arguments: [SIGINT, SIGTERM])
    func stopsOnSignal(signal: Int32) throws {
        try withTemporaryFolder { folder in
            let running = try FoveaProcess.Running(
                [
                    "train", "--data", "glyphs", "--model", "lenet5", "--limit-train", "256", "--limit-val", "50",
                    "--epochs", "100000", "--out", "run", "--json",
                ], in: folder)
            // After the first epoch the run is in full swing.
            while running.isRunning, running.outputSoFar.isEmpty { usleep(10_000) }
            running.send(signal)
            let ended = try running.end()
            #expect(ended.status == 128 + signal)
            #expect(ended.errors.contains("weights/last.safetensors"))
            #expect(try RunFolder(opening: "\(folder)/run").readWeights(.last).map(\.key).count == 10)
        }
    }

    @Test("people see a table with a row per epoch on standard error, and what it came to on standard output")
    func printsForPeople() throws {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(Self.small + ["--out", "run"], in: folder)
            #expect(run.errors.contains("train_loss") && run.errors.contains("val_accuracy"))
            #expect(!run.errors.contains("\u{1B}") && !run.errors.contains("\r"), "nothing is redrawn in a file")
            #expect(run.output.contains("test accuracy") && run.output.contains("run folder           run\n"))
        }
    }

    @Test(
        "Memory stays flat from epoch to epoch",
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
    func flatMemory() throws {
        try withTemporaryFolder { folder in
            let glyphs = try Glyphs(seed: 3, trainingCount: 400, testCount: 10).splits()
            try writeIDX(training: glyphs.training, test: try #require(glyphs.test), to: "\(folder)/digits")
            let (stepsPerEpoch, settled, epochs) = (50, 20, 80)
            let run = try FoveaProcess.Running(
                [
                    "train", "--data", "digits", "--model", "lenet5", "--epochs", "100000", "--batch-size", "8",
                    "--val-split", "0", "--deterministic", "--out", "run", "--json",
                ], in: folder)
            /// The memory when so many epochs have ended, or a few more: however long they take.
            func resident(afterEpochs count: Int) throws -> Int {
                while run.isRunning, run.outputSoFar.count(where: { $0 == "\n" }) < count { usleep(10_000) }
                return try #require(run.residentKilobytes)
            }
            let before = try resident(afterEpochs: settled)
            let seen = run.outputSoFar.count { $0 == "\n" }
            let after = try resident(afterEpochs: seen + epochs)
            run.send(SIGINT)
            let ended = try run.end()
            #expect(ended.status == 128 + SIGINT, "\(ended.errors)")
            // A leak of 1 kB in each step would come to twice this.
            #expect(after - before < epochs * stepsPerEpoch / 2, "\(before) kB, then \(after) kB")
        }
    }
}
