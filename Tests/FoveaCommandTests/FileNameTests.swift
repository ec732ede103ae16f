import Foundation
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@Suite("Names of files are bytes, and only files are files")
struct FileNameTests {
    /// A run with weights that are all zero, which no training was needed for.
    private func writeRun(_ path: String) throws {
        let model = try ModelDescription(
            architecture: "lenet5", classNames: (0..<10).map(String.init), input: [1, 28, 28],
            preprocessing: ModelDescription.Preprocessing(mean: [0], standardDeviation: [1]))
        let run = RunDescription(command: [], versions: [], seed: 1, dataFingerprint: "", settings: [])
        try RunFolder.create(at: path, run: run, model: model).save(zeros(), as: .best)
    }

    private func zeros(_ prefix: String = "") -> OrderedDictionary<String, Tensor> {
        let shapes: [(String, Shape)] = [
            ("conv1.weight", [6, 1, 5, 5]), ("conv1.bias", [6]), ("conv2.weight", [16, 6, 5, 5]), ("conv2.bias", [16]),
            ("fc1.weight", [120, 400]), ("fc1.bias", [120]), ("fc2.weight", [84, 120]), ("fc2.bias", [84]),
            ("fc3.weight", [10, 84]), ("fc3.bias", [10]),
        ]
        return OrderedDictionary(
            uniqueKeysWithValues: shapes.map { (prefix + $0, Tensor(repeating: 0, .float32($1))) })
    }

    @Test("train takes names that are not UTF-8 and writes under the same bytes, also after it has started itself anew")
    func trains() throws {
        try withTemporaryFolder { folder in
            // é in Latin-1, and the three bytes of a code point that stands for a byte.
            let line = """
                dir="$(printf 'r\\351n\\356\\276\\200')"; export XDG_CACHE_HOME="$PWD/$dir-cache"
                env -u OMP_WAIT_POLICY "$0" train --data glyphs --model lenet5 --epochs 1 --limit-train 64 --limit-val 8 \
                --batch-size 32 --out "$dir" 2>errors && "$0" train --data glyphs --model lenet5 --out "$dir"
                """
            let second = try shell(line, in: folder)
            #expect(second.status == 73)
            #expect(second.errors.hasPrefix(#"fovea: error: `r\xE9n\xEE\xBE\x80` exists already."#), "\(second.errors)")
            let name: [UInt8] = [0x72, 0xE9, 0x6E, 0xEE, 0xBE, 0x80]
            let names = try namesInFolder(folder).map(\.systemBytes)
            #expect(Set(names) == [name, name + Array("-cache".utf8), Array("errors".utf8)])
            let run = try RunFolder(opening: "\(folder)/\(String(systemBytes: name))")
            #expect(try run.readWeights(.last).count == 10)
            #expect(FileKind(at: "\(folder)/\(String(systemBytes: name))-cache/fovea/kernels.json") == .regularFile)
            let text = try JSONValue(parsing: readFile(at: "\(run.path)/run.json", limit: 1 << 20))
            #expect(text["command"].elements.last?.string.map(\.systemBytes) == name)
        }
    }

    @Test("predict reads files and folders with such names, shows their bytes in tables, and keeps them in JSON")
    func predicts() throws {
        try withTemporaryFolder { folder in
            try writeRun("\(folder)/\(String(systemBytes: [0xFF]))")
            let pictures = "\(folder)/\(String(systemBytes: [0x70, 0xE4]))"
            #expect(try createFolder(at: "\(pictures)/folder.png/inner.jpg"))
            try writePNG([UInt8](repeating: 9, count: 784), width: 28, height: 28, to: "\(folder)/plain.png")
            let bytes = try readFile(at: "\(folder)/plain.png", limit: 10_000)
            for name in [[0xE9], [0xC3, 0xA9]] as [[UInt8]] {
                try replaceFile(at: "\(pictures)/folder.png/\(String(systemBytes: name)).PNG", with: bytes)
            }
            let line = #"m="$(printf '\377')"; d="$(printf 'p\344')"; "$0" predict --model "$m" "$d""#
            let table = try shell("\(line) > out; cat out >&2", in: folder)
            #expect(table.status == 0 && table.errors.contains(#"p\xE4/folder.png/\xE9.PNG"#), "\(table.errors)")
            #expect(try shell("\(line) --json > out", in: folder).status == 0)
            let inputs = try JSONValue(parsing: readFile(at: "\(folder)/out", limit: 10_000)).elements
                .compactMap { $0["input"].string?.systemBytes }
            let start: [UInt8] = [0x70, 0xE4] + Array("/folder.png/".utf8)
            #expect(inputs == [start + [0xC3, 0xA9] + Array(".PNG".utf8), start + [0xE9] + Array(".PNG".utf8)])
            let gone = try shell(#"m="$(printf '\377')"; "$0" predict --model "$m" "$(printf 'n\374')""#, in: folder)
            #expect(gone.status == 66 && gone.errors.contains(#"There is no file `n\xFC`."#), "\(gone.errors)")
        }
    }

    @Test("A folder that bears the name of weights or choices of kernels is no such file")
    func foldersAreNoFiles() throws {
        try withTemporaryFolder { folder in
            try writeRun("\(folder)/run")
            try writePNG([UInt8](repeating: 9, count: 784), width: 28, height: 28, to: "\(folder)/a.png")
            #expect(try createFolder(at: "\(folder)/w.safetensors") && createFolder(at: "\(folder)/run/kernels.json"))
            let weights = try FoveaProcess(
                ["predict", "--model", "run", "--weights", "w.safetensors", "a.png"], in: folder)
            #expect(weights.status == 66 && weights.errors.contains("`w.safetensors` is a folder, not a regular file."))
            let kernels = try FoveaProcess(["predict", "--model", "run", "--kernels", "run", "a.png"], in: folder)
            #expect(
                kernels.status == 66 && kernels.errors.contains("`run/kernels.json` is a folder, not a regular file."))
            #expect(try createFolder(at: "\(folder)/cache/fovea/kernels.json"))
            let cached = try FoveaProcess(["predict", "--model", "run", "a.png"], in: folder, cache: "\(folder)/cache")
            #expect(cached.status == 0, "\(cached.errors)")
        }
    }

    @Test("Weights of a wrapped network are taken, and the longer names are told once")
    func wrappedWeights() throws {
        try withTemporaryFolder { folder in
            var tensors = zeros("module.")
            tensors["mask"] = try Tensor([2], elements: [0, 1] as [UInt8])
            tensors["module.fc3.bias"] = try Tensor([10], elements: (0..<10).map { Double($0) / 10 })
            try Safetensors.write(tensors, to: "\(folder)/w.safetensors")
            let line = "benchmark --model lenet5 --mode infer --batch-size 1 --steps 1 --weights w.safetensors "
            let run = try FoveaProcess(
                (line + "--outputs o.safetensors").split(separator: " ").map(String.init), in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let notices = run.errors.split(separator: "\n").filter { $0.contains("is read as") }
            #expect(
                notices == [
                    "fovea: names in `w.safetensors` are shortened: `module.conv1.weight` is read as `conv1.weight`"
                ])
            try writeRun("\(folder)/run")
            try writePNG([UInt8](repeating: 9, count: 784), width: 28, height: 28, to: "\(folder)/a.png")
            let predict = "predict --model run --weights w.safetensors a.png --top 10 --json"
            let predicted = try FoveaProcess(predict.split(separator: " ").map(String.init), in: folder)
            #expect(
                predicted.status == 0 && predicted.errors.contains("is read as `conv1.weight`"), "\(predicted.errors)")
            #expect(try predicted.json.elements[0]["predictions"].elements.first?["class"] == "9")
            let outputs = try Safetensors.read(from: "\(folder)/o.safetensors").tensors
            #expect(outputs.values.first?.floats == (0..<10).map { Float(Double($0) / 10) })
        }
    }
}
