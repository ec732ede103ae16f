import Foundation
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@Suite("fovea features and fovea similar")
struct FeatureTests {
    private static let training = TrainTests.small + ["--epochs", "1", "--out", "run"]

    /// Runs `body` in a folder with a run and a folder of digits, of which `5.png` is there twice.
    private func withDigits(_ body: (_ folder: String, _ fovea: (String) throws -> FoveaProcess) throws -> Void) throws
    {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(Self.training, in: folder, cache: "\(folder)/.cache")
            try #require(run.status == 0, "\(run.errors)")
            let test = try #require(try DataSource.load("glyphs").test)
            try FileManager.default.createDirectory(atPath: "\(folder)/digits", withIntermediateDirectories: false)
            for digit in 0..<20 {
                let pixels = try #require(test.example(at: digit).image).pixels
                try writePNG(pixels, width: 28, height: 28, to: "\(folder)/digits/\(digit).png")
            }
            try FileManager.default.copyItem(atPath: "\(folder)/digits/5.png", toPath: "\(folder)/digits/copy of 5.png")
            try body(folder) { line in
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
            }
        }
    }

    @Test("features writes a row for each image as safetensors, NPY and CSV, with the same numbers")
    func writes() throws {
        try withDigits { folder, fovea in
            for name in ["f.safetensors", "f.npy", "f.csv"] {
                let run = try fovea("features --model run digits --out \(name) --json")
                #expect(run.status == 0, "\(run.errors)")
                let json = try run.json
                #expect(json["path"] == .string(name) && json["count"] == 21 && json["size"] == 84)
                #expect(json["layer"] == "relu_3")
            }
            let stored = try #require(try Safetensors.read(from: "\(folder)/f.safetensors").tensors["features"])
            #expect(try stored.shape == [21, 84] && stored == NPY.read(from: "\(folder)/f.npy"))
            let lines = try String(contentsOfFile: "\(folder)/f.csv", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 22 && lines[0].hasPrefix("path,feature_0,feature_1,"))
            let row = lines[1].split(separator: ",")
            #expect(
                row[0] == "digits/0.png" && row.dropFirst().compactMap { Float($0) } == Array(stored.floats.prefix(84)))
            // Other layers, with space and without.
            let pooled = try fovea("features --model run digits --layer conv2 --out c.npy --json")
            #expect(try pooled.json["size"] == 16)
            let whole = try fovea("features --model run digits --layer conv2 --pool none --out c.npy")
            #expect(whole.output.contains("written: c.npy, 21 × 1,600 features of `conv2`"))
            #expect(try NPY.read(from: "\(folder)/c.npy").shape == [21, 16, 10, 10])
        }
    }

    @Test("similar lists the nearest images of a folder or of a file of features, without the picture itself")
    func finds() throws {
        try withDigits { folder, fovea in
            let run = try fovea(
                "similar digits/5.png --in digits --model run --top 3 --json --save f.npy --sheet s.png")
            #expect(run.status == 0, "\(run.errors)")
            let found = try run.json.elements
            #expect(found.count == 3 && found.allSatisfy { $0.names == ["input", "distance"] })
            #expect(found[0]["input"] == "digits/copy of 5.png")
            #expect(found[0]["distance"].double.map { $0 < 1e-6 } == true, "kernels for one image round otherwise")
            #expect(found.compactMap { $0["distance"].double } == found.compactMap { $0["distance"].double }.sorted())
            #expect(run.errors.contains("compared with 21 × 84 features in "))
            let sheet = try ImageFile.header(path: "\(folder)/s.png")
            #expect(sheet.width == 3 * 144 + 16)
            let stored = try fovea("similar ./digits/5.png --in f.npy --model run --top 3 --json")
            #expect(try stored.json == run.json, "the numbers are those of the folder")
            let far = try fovea("similar digits/5.png --in f.npy --model run --metric euclidean --top 30")
            #expect(far.output.contains("copy of 5.png") && far.output.split(separator: "\n").count >= 20)

            let pairs = try fovea("similar --duplicates --in f.npy --model run --threshold 1e-6 --json --sheet d.png")
            #expect(
                try pairs.json == [
                    [
                        "input": "digits/5.png", "duplicate": "digits/copy of 5.png",
                        "distance": pairs.json.elements[0]["distance"],
                    ]
                ])
            #expect(FileManager.default.fileExists(atPath: "\(folder)/d.png"))
            let none = try fovea("similar --duplicates --in f.npy --model run --threshold 0 --metric euclidean")
            #expect(none.status == 0 && none.output.contains("copy of 5.png"))
        }
    }

    @Test("Files that cannot be read are named, and the others are there all the same")
    func continues() throws {
        try withDigits { folder, fovea in
            try Data("no image".utf8).write(to: URL(filePath: "\(folder)/digits/bad.png"))
            let run = try fovea("features --model run digits gone.png --out f.npy --json")
            #expect(run.status == 65 && run.errors.contains("bad.png") && run.errors.contains("gone.png"))
            #expect(run.errors.contains("2 of 23 images could not be read"))
            #expect(try run.json["count"] == 21)
            let similar = try fovea("similar digits/5.png --in digits --model run --json --top 2")
            #expect(try similar.status == 65 && similar.json.elements.count == 2)
            let query = try fovea("similar digits/bad.png --in f.npy --model run")
            #expect(query.status == 65 && query.errors.contains("bad.png") && query.output.isEmpty)
            let nothing = try fovea("features --model run digits/bad.png --out n.npy")
            #expect(nothing.status == 65 && !FileManager.default.fileExists(atPath: "\(folder)/n.npy"))
        }
    }

    @Test("Features of other weights, layers or sizes are refused, and so is what else cannot be compared")
    func refuses() throws {
        try withDigits { folder, fovea in
            #expect(try fovea("features --model run digits --out f.safetensors").status == 0)
            #expect(try fovea("features --model run digits --layer fc1 --out fc1.npy").status == 0)
            #expect(try fovea("\(Self.training.dropLast().joined(separator: " ")) other --seed 7").status == 0)
            let small = [
                "train", "--data", "glyphs", "--model", "smallcnn", "--limit-train", "64", "--limit-val", "10",
            ]
            #expect(
                try fovea((small + ["--epochs", "1", "--out", "smallcnn.run"]).joined(separator: " ")).status == 0)
            let query = "similar digits/5.png --model run --in"
            for (line, status, words) in [
                ("similar digits/5.png --model other --in f.safetensors", 65, "are of other weights"),
                (
                    "similar digits/5.png --model smallcnn.run --in f.safetensors", 65,
                    "are of the network `lenet5` and not `smallcnn`"
                ),
                ("\(query) f.safetensors --layer fc1", 65, "of the layer `relu_3` and not `fc1`"),
                ("\(query) f.safetensors --image-size 32", 65, "`fc1.weight` is f32[120×400]"),
                ("\(query) f.safetensors --pool none", 65, "with the pooling `average` and not `none`"),
                ("\(query) f.safetensors --save g.npy", 64, "--save writes the features of a folder"),
                ("\(query) run/model.json", 64, "has not the extension of a file of features"),
                ("\(query) run/weights/best.safetensors", 65, "has no features of images"),
                ("\(query) gone.npy", 66, "There is no folder or file `gone.npy`."),
                ("\(query) run", 66, "The folder `run` holds no image files."),
                ("\(query) digits --top 0", 64, "--top is 0."),
                ("\(query) digits --threshold 0.1", 64, "--threshold belongs to --duplicates."),
                ("\(query) digits --duplicates", 64, "--duplicates compares all images"),
                ("similar --in digits --model run", 64, "No picture is given."),
                ("similar --in digits --model run --duplicates --threshold -1", 64, "--threshold is -1"),
                ("\(query) digits --metric manhattan", 64, "'manhattan' is invalid"),
                ("features --model run digits --out f.txt", 64, "Use .safetensors, .npy or .csv."),
                ("features --model run digits --out f.npy --layer conv3", 64, "Did you mean `conv1`"),
                ("features --model run digits --out f.npy --pool max", 64, "'max' is invalid"),
                ("features --model run digits --out nowhere/f.npy", 73, "nowhere/f.npy"),
                (
                    "features --model lenet5 --weights run/weights/best.safetensors digits --out f.npy", 64,
                    "Nothing says how images were standardized"
                ),
                ("features --model squeezenet1_1 digits --out f.npy", 64, "no trained weights of its own"),
                (
                    "features --model squeezenet1_1 --weights run/weights/best.safetensors digits --out f.npy", 65,
                    "do not fit"
                ),
                ("features --model run --image-size 0 digits --out f.npy", 64, "shorter side"),
            ] as [(String, Int32, String)] {
                let run = try fovea(line)
                #expect(run.status == status && run.errors.contains(words), "\(line): \(run.errors)")
                #expect(run.output.isEmpty)
            }
            // The layer is that of the file unless another is asked for.
            #expect(try fovea("\(query) fc1.npy --json").status == 0)
            _ = folder
        }
    }

    private static let weights = SharedData.url("models/squeezenet1_1/model.safetensors")
    private static let images = SharedData.url("trashnet/images")

    @Test(
        "A network with ImageNet's weights finds pictures of the same class",
        .enabled(if: weights != nil && images != nil, "needs the shared data: models/squeezenet1_1 and trashnet"))
    func pretrained() throws {
        let (weights, images) = (try #require(Self.weights).path, try #require(Self.images).path)
        try withTemporaryFolder { folder in
            let classes = ["glass", "paper"]
            for name in classes {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/few/\(name)", withIntermediateDirectories: true)
                let files = try FileManager.default.contentsOfDirectory(atPath: "\(images)/\(name)").sorted()
                for file in files.prefix(20) {
                    try FileManager.default.copyItem(
                        atPath: "\(images)/\(name)/\(file)", toPath: "\(folder)/few/\(name)/\(file)")
                }
            }
            let model = ["--model", "squeezenet1_1", "--weights", weights]
            let written = try FoveaProcess(
                ["features", "few", "--out", "f.safetensors", "--json", "--image-size", "144"] + model, in: folder)
            #expect(try written.status == 0 && written.json["size"] == 512, "\(written.errors)")
            let table = try FeatureTablePaths(of: "\(folder)/f.safetensors")
            var right = 0
            for path in [table.paths[0], table.paths[39]] {
                let run = try FoveaProcess(
                    ["similar", path, "--in", "f.safetensors", "--top", "5", "--json"] + model, in: folder)
                let found = try run.json.elements.compactMap { $0["input"].string }
                right += found.count { $0.hasPrefix(String(path.prefix(9))) }
            }
            #expect(right >= 7, "by chance five of ten would be of the same class")
        }
    }
}

/// The paths in a file of features.
private struct FeatureTablePaths {
    let paths: [String]

    init(of file: String) throws {
        let metadata = try SafetensorsFile(at: file).metadata["fovea_features"] ?? ""
        paths = try JSONValue(parsing: Array(metadata.utf8))["paths"].elements.compactMap(\.string)
    }
}
