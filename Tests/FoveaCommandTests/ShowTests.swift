import Foundation
import FoveaData
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Commands that show: summary, models, doctor, demo")
struct ShowTests {
    private func run(_ line: String) throws -> FoveaProcess {
        try withTemporaryFolder { try FoveaProcess(line.split(separator: " ").map(String.init), in: $0) }
    }

    @Test("summary has each layer with its shape, parameters, work and receptive field")
    func summary() throws {
        let json = try run("summary --model lenet5 --json").json
        for name in ["layers", "total_parameters", "trainable_parameters", "total_multiply_adds"] {
            #expect(json[name] != .null, "\(name)")
        }
        #expect(json["total_parameters"] == 61706 && json["total_multiply_adds"] == 416_520)
        let second = try #require(json["layers"].elements.first { $0["path"] == "conv2" })
        #expect(
            second == [
                "path": "conv2", "type": "Conv2D", "output_shape": [16, 10, 10], "parameters": 2416,
                "multiply_adds": 240_000, "receptive_field": [14, 14],
            ])
        let text = try run("summary --model lenet5 --input 3x32x32 --classes 100").output
        #expect(text.contains("3×32×32") && text.contains("Receptive field") && text.contains("8,500"))
    }

    @Test("models lists the zoo, or what matches a pattern")
    func models() throws {
        let all = try run("models --json").json.elements
        #expect(
            all.map { $0["name"].string } == [
                "lenet5", "smallcnn", "resnet18", "resnet34", "resnet50", "mobilenet_v2", "squeezenet1_1", "vgg11",
                "tcn",
                "cnn1d", "fcn", "resnet1d", "inceptiontime", "rnn", "lstm", "gru", "bilstm", "bigru",
            ])
        #expect(all.first?.names == ["name", "summary", "input", "classes", "parameters", "multiply_adds"])
        #expect(try run("models lenet* --json").json.elements.count == 1)
        #expect(try run("models SMALLCNN --json").json.elements.count == 1)
        #expect(try run("models resnet?? --json").json.elements.count == 4)
        let table = try run("models").output
        #expect(table.contains("61,706") && table.contains("11,689,512"), "each for the classes it was made for")
    }

    @Test("doctor names devices and libraries")
    func doctor() throws {
        let json = try run("doctor --json").json
        let devices = json["devices"].elements
        #expect(devices.map { $0["name"].string } == ["cpu", "reference", "cuda"])
        #expect(devices.map { $0["available"] }.prefix(2) == [true, true])
        #expect(
            json["libraries"].elements.map { $0["name"].string } == [
                "fovea", "oneDNN", "zlib", "libjpeg-turbo", "libpng", "libwebp", "giflib", "LittleCMS", "swift",
                "libvips", "libcuda", "NVRTC", "cuDNN", "cuBLASLt",
            ])
        let versions = json["libraries"].elements.map { $0["version"].string }
        // The last five need not be there.
        #expect(versions.dropLast(5).allSatisfy { $0?.first?.isNumber == true })
        #expect(versions.dropLast(4).last == LibVips.installed?.version)
        let text = try run("doctor").output
        #expect(text.contains("oneDNN"))
        #expect(text.contains("apt install libvips42") == (LibVips.installed == nil))
    }

    @Test("demo trains, draws digits and says what to try next")
    func demo() throws {
        let demo = try run("demo --epochs 1")
        #expect(demo.status == 0, "\(demo.errors)")
        for words in ["█", "%)", "Next:", "fovea evaluate --model runs/train/lenet5-glyphs-1 --data glyphs"] {
            #expect(demo.output.contains(words))
        }
    }

    @Test("Help and version are results, not errors", arguments: ["--help", "help train", "train --help", ""])
    func help(_ line: String) throws {
        let help = try run(line)
        #expect(help.status == 0 && help.output.contains("USAGE") && help.errors.isEmpty)
        #expect(try run("--version").output == "\(FoveaVersion.current)\n")
    }
}
