import Foundation
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaTestSupport
import OrderedCollections
import Testing

@testable import FoveaFormats

@Suite("A run folder")
struct RunFolderTests {
    private let run = RunDescription(
        command: ["fovea", "train", "--data", "glyphs"], versions: ["oneDNN": "2.6"], seed: 42, dataFingerprint: "abc",
        settings: ["epochs": 3, "lr": 0.1, "device": "cpu"])
    private let model: ModelDescription
    private let weights: OrderedDictionary<String, Tensor>

    init() throws {
        model = try ModelDescription(
            architecture: "lenet5", classNames: ["0", "1"], input: [1, 28, 28],
            preprocessing: .init(mean: [0.1307], standardDeviation: [0.3081]))
        weights = ["fc.weight": try Tensor([2, 1], [1, 2]), "fc.bias": Tensor([3, 4] as [Float])]
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try readFile(at: path, limit: 1 << 20), as: UTF8.self)
    }

    @Test("Is read back as it was written: model, best and last weights")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a/b"
            let written = try RunFolder.create(at: path, run: run, model: model)
            try written.save(weights, as: .last)
            try written.save(["fc.bias": Tensor([5, 6] as [Float])], as: .best)
            let read = try RunFolder(opening: path)
            #expect(read == written)
            #expect(try read.readWeights(.last) == weights)
            #expect(try read.readWeights() == ["fc.bias": Tensor([5, 6] as [Float])])
            #expect(
                try FileManager.default.subpathsOfDirectory(atPath: path).sorted() == [
                    "metrics.csv", "model.json", "run.json", "weights", "weights/best.safetensors",
                    "weights/last.safetensors",
                ])
        }
    }

    @Test("Holds how the run was started")
    func holdsRun() throws {
        try withTemporaryFolder { folder in
            _ = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            let json = try JSONValue(parsing: try readFile(at: "\(folder)/r/run.json", limit: 10_000))
            #expect(
                json == [
                    "command": ["fovea", "train", "--data", "glyphs"],
                    "versions": ["oneDNN": "2.6", "fovea": .string(FoveaVersion.current)], "seed": 42,
                    "data_fingerprint": "abc", "settings": ["epochs": 3, "lr": 0.1, "device": "cpu"],
                ])
        }
    }

    @Test("Says how it was started to whoever reads it, and nothing where it has no run.json")
    func readsRun() throws {
        try withTemporaryFolder { folder in
            var started = run
            started.seed = .max
            let written = try RunFolder.create(at: "\(folder)/r", run: started, model: model)
            let read = try #require(try written.readRun())
            #expect(read.seed == .max && read.command == run.command && read.dataFingerprint == "abc")
            #expect(read.settings == run.settings && read.setting("epochs") == 3 && read.setting("depth") == nil)
            #expect(read.versions == ["oneDNN": "2.6", "fovea": FoveaVersion.current])
            for (text, words) in [
                ("{}", "`versions` is missing"), ("[]", "an array, not an object"),
                (String(decoding: RunFolder.text(run.json), as: UTF8.self).replacing("42", with: "-1"), "`seed` is -1"),
            ] {
                try replaceFile(at: written.runPath, with: Array(text.utf8))
                let error = #expect(throws: FoveaError.self) { try written.readRun() }
                #expect(error?.code == .badData && error?.problem.contains(words) == true, "\(error?.problem ?? "")")
                #expect(error?.problem.contains(written.runPath) == true)
            }
            try FileManager.default.removeItem(atPath: written.runPath)
            #expect(try written.readRun() == nil)
        }
    }

    @Test("Keeps a calibration in model.json, with and without a threshold")
    func calibration() throws {
        try withTemporaryFolder { folder in
            var written = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            for threshold in [nil, try ModelDescription.Calibration.Threshold(probability: 0.83, precision: 0.95)] {
                let calibration = try ModelDescription.Calibration(
                    temperature: 1.25, examples: 505, expectedCalibrationError: 0.021, threshold: threshold)
                try written.save(calibration)
                let read = try RunFolder(opening: written.path)
                #expect(read.model.calibration == calibration && read == written)
                #expect(read.model.classNames == model.classNames && read.model.preprocessing == model.preprocessing)
            }
        }
    }

    @Test(
        "With a damaged calibration is refused, and the error names the field",
        arguments: [
            ("\"temperature\": 1.25", "\"temperature\": 0", "calibration.temperature"),
            ("\"temperature\": 1.25", "\"temperature\": 1e300", "calibration.temperature"),
            ("\"temperature\": 1.25", "\"temperature\": null", "calibration.temperature"),
            ("\"temperature\": 1.25,", "", "calibration.temperature"),
            ("\"examples\": 505", "\"examples\": 0", "calibration.examples"),
            ("\"examples\": 505", "\"examples\": 5.5", "calibration.examples"),
            ("_error\": 0.021", "_error\": -1", "calibration.expected_calibration_error"),
            ("\"threshold\": 0.83", "\"threshold\": 1.5", "calibration.threshold"),
            ("\"precision\": 0.95", "\"precision\": 1", "calibration.precision"),
            ("\"threshold\": 0.83,", "", "calibration.threshold"),
            ("\"threshold\": 0.83", "\"limit\": 0.83", "calibration.limit"),
            ("\"calibration\": {", "\"calibration\": 1, \"other\": {", "other"),
        ])
    func refusesCalibration(original: String, damaged: String, named: String) throws {
        try withTemporaryFolder { folder in
            var written = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            try written.save(
                ModelDescription.Calibration(
                    temperature: 1.25, examples: 505, expectedCalibrationError: 0.021,
                    threshold: .init(probability: 0.83, precision: 0.95)))
            let text = try text(written.modelPath)
            try #require(text.contains(original), "\(text)")
            try replaceFile(at: written.modelPath, with: Array(text.replacing(original, with: damaged).utf8))
            let error = #expect(throws: FoveaError.self) { try RunFolder(opening: written.path) }
            #expect(error?.code == .badData && error?.problem.contains("`\(named)`") == true, "\(error?.problem ?? "")")
        }
    }

    @Test("Gets a row of metrics.csv and a line of metrics.jsonl for each epoch, under the names scripts rely on")
    func metrics() throws {
        try withTemporaryFolder { folder in
            let written = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            var epoch = EpochMetrics(
                epoch: 1, training: ["loss": 2.25, "accuracy": 0.5], learningRate: 0.01, seconds: 1.5,
                imagesPerSecond: 4000, dataWait: 0.25)
            try written.append(epoch)
            epoch.epoch = 2
            epoch.validation = ["loss": .nan, "accuracy": 0.1]
            try written.append(epoch)
            #expect(
                try text("\(folder)/r/metrics.csv") == """
                    epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second,data_wait
                    1,2.25,0.5,,,0.01,1.5,4000.0,0.25
                    2,2.25,0.5,null,0.1,0.01,1.5,4000.0,0.25

                    """)
            #expect(
                try text("\(folder)/r/metrics.jsonl") == """
                    {"epoch":1,"train_loss":2.25,"train_accuracy":0.5,"val_loss":null,"val_accuracy":null,\
                    "learning_rate":0.01,"seconds":1.5,"images_per_second":4000.0,"data_wait":0.25}
                    {"epoch":2,"train_loss":2.25,"train_accuracy":0.5,"val_loss":null,"val_accuracy":0.1,\
                    "learning_rate":0.01,"seconds":1.5,"images_per_second":4000.0,"data_wait":0.25}

                    """)
        }
    }

    @Test("Gets the next free number, also when many start together")
    func numbers() async throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: "fovea-runs-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let paths = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask { [run, model] in
                    try RunFolder.create(named: "lenet5", in: parent, run: run, model: model).path
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(paths == Set((1...16).map { "\(parent)/lenet5-\($0)" }))
    }

    @Test("Is never put where something is already")
    func neverOverwrites() throws {
        try withTemporaryFolder { folder in
            try replaceFile(at: "\(folder)/file", with: [1])
            let long = "\(folder)/\(String(repeating: "n", count: 300))"
            for (path, problem) in [
                (folder, "\(quoted(folder)) exists already."), ("\(folder)/file", "`\(folder)/file` exists already."),
                ("\(folder)/file/x", "Cannot create `\(folder)/file/x`: "), (long, "Cannot create \(quoted(long)): "),
            ] {
                let error = #expect(throws: FoveaError.self) { try RunFolder.create(at: path, run: run, model: model) }
                #expect(error?.code == .cannotCreate && error?.problem.hasPrefix(problem) == true)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
            for name in ["", "a/b", "../x"] {
                let error = #expect(throws: FoveaError.self) {
                    try RunFolder.create(named: name, in: folder, run: run, model: model)
                }
                #expect(error?.problem == "`\(name)` cannot name a run folder.")
            }
        }
    }

    @Test("Keeps its weights when the next ones cannot be saved: not finite, or no room for the file")
    func keepsWeights() throws {
        try withTemporaryFolder { folder in
            let written = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            try written.save(weights, as: .best)
            let diverged = #expect(throws: FoveaError.self) { try written.save(["w": Tensor([1, .nan])], as: .best) }
            #expect(diverged?.problem == "`w` has an element that is not finite: such weights are not saved.")
            #expect(try written.readWeights(.best) == weights)
            try FileManager.default.createDirectory(
                atPath: written.weightsPath(.last), withIntermediateDirectories: false)
            let occupied = #expect(throws: FoveaError.self) { try written.save(weights, as: .last) }
            #expect(
                occupied?.problem
                    == "Cannot create `\(written.weightsPath(.last))`: something that is not a regular file "
                    + "has that name.")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(folder)/r/weights").sorted() == [
                    "best.safetensors", "last.safetensors",
                ])
        }
    }

    @Test("That is not there, or lacks its model or weights, is missing input")
    func missing() throws {
        try withTemporaryFolder { folder in
            func problem(_ body: () throws -> Void) -> String? {
                let error = #expect(throws: FoveaError.self, performing: body)
                return error?.code == .missingInput ? error?.problem : nil
            }
            #expect(
                problem { _ = try RunFolder(opening: folder) }
                    == "\(quoted(folder)) is no run folder: it has no `model.json`.")
            #expect(
                problem { _ = try RunFolder(opening: "\(folder)/no") } == "There is no file `\(folder)/no/model.json`.")
            let written = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            #expect(problem { _ = try written.readWeights() } == "There is no file `\(written.weightsPath())`.")
        }
    }

    @Test(
        "With a damaged model.json is refused, and the error names the field",
        arguments: [
            ("\"classes\": 2", "\"classes\": 3", "classes"), ("\"classes\": 2", "\"classes\": 2.0", "classes"),
            ("[\"0\",\"1\"]", "[\"0\",\"0\"]", "class_names"), ("[\"0\",\"1\"]", "[]", "class_names"),
            ("[\"0\",\"1\"]", "[\"0\",\"\"]", "class_names"), ("[\"0\",\"1\"]", "[0,1]", "class_names"),
            ("[1,28,28]", "[28,28]", "input"), ("[1,28,28]", "[1,28,-28]", "input"),
            ("[1,28,28]", "[1,28,9223372036854775807]", "input"), ("[1,28,28]", "[3,28,28]", "preprocessing.mean"),
            ("[0.3081]", "[0]", "preprocessing.standard_deviation"),
            ("[0.3081]", "[1e39]", "preprocessing.standard_deviation"),
            ("\"mean\": [0.1307],", "\"mean\": [0.1307], \"shorter_side\": 27,", "preprocessing.shorter_side"),
            ("\"mean\": [0.1307],", "\"mean\": [0.1307], \"shorter_side\": 20000,", "preprocessing.shorter_side"),
            ("\"mean\": [0.1307],", "", "preprocessing.mean"), ("\"mean\"", "\"average\"", "preprocessing.average"),
            ("\"lenet5\"", "\"\"", "architecture"), ("\"lenet5\"", "null", "architecture"),
            ("\"architecture\"", "\"resize\": 1, \"architecture\"", "resize"),
            ("\"format_version\": 1", "\"format_version\": 2", "version"),
            ("\"format_version\": 1", "\"format_version\": \"1\"", "format_version"),
            ("{", "", "JSON"),
        ])
    func refuses(original: String, damaged: String, named: String) throws {
        try withTemporaryFolder { folder in
            let written = try RunFolder.create(at: "\(folder)/r", run: run, model: model)
            let path = "\(written.path)/model.json"
            let text = try text(path)
            let start = try #require(text.firstRange(of: original), "\(text)")
            try replaceFile(at: path, with: Array(text.replacingCharacters(in: start, with: damaged).utf8))
            let error = #expect(throws: FoveaError.self) { try RunFolder(opening: written.path) }
            #expect(error?.code == .badData)
            #expect(error?.problem.contains(named) == true, "\(String(describing: error))")
            #expect(error?.problem.contains(path) == true)
        }
    }

    @Test("A model description that makes no sense cannot be made")
    func refusesModels() {
        let mean = #expect(throws: FoveaError.self) {
            try ModelDescription(
                architecture: "x", classNames: ["a"], input: [1, 2, 2],
                preprocessing: .init(mean: [.nan], standardDeviation: [1]))
        }
        #expect(mean?.problem == "The field `preprocessing.mean` does not have one number per channel (1).")
        let input = #expect(throws: FoveaError.self) {
            try ModelDescription(
                architecture: "x", classNames: ["a"], input: [], preprocessing: .init(mean: [], standardDeviation: []))
        }
        #expect(
            input?.problem.hasPrefix("The field `input` is [], not channels, height and width from 1 to ") == true)
    }
}
