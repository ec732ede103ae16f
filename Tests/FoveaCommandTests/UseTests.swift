import Foundation
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@Suite("A trained network in use: evaluate and predict")
struct UseTests {
    private static let training = TrainTests.small + ["--epochs", "4", "--json", "--out"]

    /// Runs `body` in a folder that has a run named `run`, with what its training said at the end.
    private func withRun(_ body: (_ folder: String, _ end: JSONValue) throws -> Void) throws {
        try withTemporaryFolder { folder in
            // A cache of its own, in which every command finds the kernels of the one before.
            let run = try FoveaProcess(Self.training + ["run"], in: folder, cache: "\(folder)/.cache")
            try #require(run.status == 0, "\(run.errors)")
            try body(folder, try #require(try run.jsonLines.last))
        }
    }

    @Test("evaluate gives accuracy, loss, figures of each class and the confusion matrix, and they agree")
    func evaluates() throws {
        try withRun { folder, end in
            let run = try FoveaProcess(
                ["evaluate", "--model", "run", "--data", "glyphs", "--json"], in: folder, cache: "\(folder)/.cache")
            let json = try run.json
            #expect(
                json.names == [
                    "accuracy", "top5_accuracy", "macro_f1", "loss", "count", "per_class", "confusion", "calibration",
                    "split",
                ])
            #expect(json["per_class"].elements.count == 10)
            #expect(json["per_class"].elements.first?.names == ["class", "precision", "recall", "f1", "support"])
            let confusion = json["confusion"].elements.map { $0.elements.compactMap(\.double) }
            #expect(confusion.flatMap { $0 }.reduce(0, +) == json["count"].double)
            let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
            let accuracy = try #require(json["accuracy"].double)
            #expect(abs(right / 2000 - accuracy) < 1e-9)
            #expect(accuracy > 0.3, "it has learnt something")
            #expect(end["test_accuracy"] == json["accuracy"], "train reports the best weights on the test part")
        }
    }

    @Test("evaluate takes a part, and weights for a network of the zoo; people get tables")
    func evaluatesParts() throws {
        try withRun { folder, _ in
            let zoo = [
                "evaluate", "--model", "lenet5", "--weights", "run/weights/best.safetensors", "--data", "glyphs",
            ]
            let train = try FoveaProcess(zoo + ["--split", "train", "--json"], in: folder)
            #expect(try train.json["count"] == 20000, "\(train.errors)")
            let people = try FoveaProcess(zoo, in: folder)
            for words in ["accuracy  ", "precision", "rows: true class", "most frequent mistakes", "calibration error"]
            {
                #expect(people.output.contains(words))
            }
            let missing = try FoveaProcess(zoo + ["--split", "val"], in: folder)
            #expect(missing.status == 66 && missing.errors.contains("It has `test`, `train`."))
        }
    }

    @Test(
        "predict takes a network of the zoo with weights, whose metadata say how images were prepared and what classes are"
    )
    func predictsByZoo() throws {
        try withRun { folder, _ in
            let test = try #require(try DataSource.load("glyphs").test)
            try writePNG(
                try #require(test.example(at: 3).image).pixels, width: 28, height: 28, to: "\(folder)/digit.png")
            let weights = try SafetensorsFile(at: "\(folder)/run/weights/best.safetensors").tensors
            func write(_ name: String, _ metadata: [String: String]) throws {
                let tensors = try weights.map { ($0.key, try Tensor(copying: $0.value)) }
                try Safetensors.write(
                    OrderedDictionary(uniqueKeysWithValues: tensors), metadata: metadata, to: "\(folder)/\(name)")
            }
            let numbers = ["mean": "[0.2]", "std": "[0.3]"]
            let names = #"["nil","one","two","three","four","five","six","seven","eight","nine"]"#
            try write("named.safetensors", numbers.merging(["classes": names]) { $1 })
            try write("numbered.safetensors", numbers)
            try write("plain.safetensors", [:])
            try write("odd.safetensors", numbers.merging(["classes": #"["a","a"]"#]) { $1 })
            try (0..<10).map { "digit \($0)\n" }.joined().write(
                toFile: "\(folder)/names.txt", atomically: true, encoding: .utf8)
            func predict(_ weights: String, _ more: [String] = [], model: String = "lenet5") throws -> FoveaProcess {
                try FoveaProcess(
                    ["predict", "--model", model, "--weights", weights, "digit.png", "--top", "10", "--json"] + more,
                    in: folder)
            }
            func classes(_ run: FoveaProcess) throws -> Set<String> {
                try #require(run.status == 0, "\(run.errors)")
                let predictions = try #require(try run.json.elements.first)["predictions"].elements
                return Set(predictions.compactMap { $0["class"].string })
            }
            #expect(try classes(predict("named.safetensors")).isSuperset(of: ["nil", "nine"]))
            #expect(try classes(predict("numbered.safetensors")) == Set((0..<10).map(String.init)))
            let named = try predict("named.safetensors", ["--classes-file", "names.txt"])
            #expect(try classes(named) == Set((0..<10).map { "digit \($0)" }))
            for (run, status, words) in [
                (try predict("plain.safetensors"), 64, "Nothing says how images were standardized"),
                (try predict("odd.safetensors"), 65, "an array of different names"),
                (try predict("named.safetensors", ["--image-size", "32"]), 65, "`fc1.weight`"),
                (
                    try predict("run/weights/best.safetensors", ["--image-size", "28"], model: "run"), 64,
                    "--image-size"
                ),
                (
                    try predict("run/weights/best.safetensors", ["--classes-file", "names.txt"], model: "run"), 64,
                    "--classes-file belongs to networks of the zoo"
                ),
            ] as [(FoveaProcess, Int32, String)] {
                #expect(run.status == status && run.errors.contains(words), "\(run.errors)")
                #expect(run.output.isEmpty)
            }
        }
    }

    @Test("a network for ImageNet that was trained on small grey images is measured on them as its run is")
    func evaluatesSmallImages() throws {
        try withTemporaryFolder { folder in
            func fovea(_ line: String) throws -> FoveaProcess {
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
            }
            let train = try fovea(
                "train --data glyphs --model resnet18 --limit-train 32 --limit-val 16 --batch-size 16 --epochs 1 --out run"
            )
            try #require(train.status == 0, "\(train.errors)")
            let run = try fovea("evaluate --model run --data glyphs --split test --json")
            let zoo = try fovea(
                "evaluate --model resnet18 --weights run/weights/best.safetensors --data glyphs --split test --json")
            try #require(zoo.status == 0, "\(zoo.errors)")
            #expect(try zoo.json["count"] == run.json["count"])
            // Statistics of all training images instead of the 32 that were trained on.
            let (own, other) = (try #require(run.json["loss"].double), try #require(zoo.json["loss"].double))
            #expect(abs(own - other) < 0.05 * own)
        }
    }

    @Test("predict classifies files and folders, and names those that it cannot read")
    func predicts() throws {
        try withRun { folder, _ in
            let test = try #require(try DataSource.load("glyphs").test)
            try FileManager.default.createDirectory(atPath: "\(folder)/digits", withIntermediateDirectories: false)
            for digit in 0..<10 {
                let pixels = try #require(test.example(at: digit).image).pixels
                try writePNG(pixels, width: 28, height: 28, to: "\(folder)/digits/\(digit).png")
            }
            func predict(_ arguments: String...) throws -> FoveaProcess {
                try FoveaProcess(["predict", "--model", "run"] + arguments, in: folder)
            }
            let run = try predict("digits", "--json")
            #expect(run.status == 0, "\(run.errors)")
            let results = try run.json.elements
            #expect(results.map { $0["input"].string } == (0..<10).map { "digits/\($0).png" })
            #expect(results.allSatisfy { $0.names == ["input", "predictions"] })
            let first = try #require(results.first?["predictions"].elements)
            #expect(first.count == 3 && first.allSatisfy { $0.names == ["class", "probability"] })
            let right = results.enumerated().count { digit, result in
                result["predictions"].elements.first?["class"] == .string("\(digit)")
            }
            #expect(right >= 4, "it has learnt something")
            let all = try predict("digits/3.png", "--top", "10", "--json").json.elements[0]["predictions"].elements
                .compactMap { $0["probability"].double }
            #expect(abs(all.reduce(0, +) - 1) < 1e-9 && all == all.sorted(by: >))

            try Data("no image".utf8).write(to: URL(filePath: "\(folder)/bad.png"))
            let mixed = try predict("bad.png", "digits/1.png", "gone.png", "--json")
            #expect(mixed.status == 65)
            #expect(try mixed.json.elements.map { $0["input"].string } == ["digits/1.png"])
            #expect(mixed.errors.contains("bad.png") && mixed.errors.contains("gone.png"))
            #expect(mixed.errors.contains("2 of 3 images could not be classified"))
            for (arguments, status, words) in [
                (["gone.png"], 66, "There is no file `gone.png`."),
                (["run"], 66, "The folder `run` holds no image files."),
                (["digits", "--top", "11"], 64, "--top is 11, and the model has 10 classes."),
            ] as [([String], Int32, String)] {
                let run = try FoveaProcess(["predict", "--model", "run"] + arguments, in: folder)
                #expect(run.status == status && run.errors.contains(words), "\(run.errors)")
            }
            #expect(try predict("digits").output.contains("digits/9.png"))
        }
    }

    @Test("Class names that differ are pointed out")
    func comparesClasses() throws {
        try withRun { folder, _ in
            let file = URL(filePath: "\(folder)/run/model.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let other = text.replacingOccurrences(of: "\"0\",\"1\"", with: "\"zero\",\"1\"")
            try #require(other != text)
            try other.write(to: file, atomically: true, encoding: .utf8)
            let renamed = try FoveaProcess(["evaluate", "--model", "run", "--data", "glyphs", "--json"], in: folder)
            #expect(renamed.status == 0 && renamed.errors.contains("`0` of the data is `zero` of the model"))
        }
    }
}
