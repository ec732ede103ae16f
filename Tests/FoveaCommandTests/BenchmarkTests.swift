import Foundation
import FoveaFormats
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@testable import FoveaCommand

@Suite("fovea benchmark")
struct BenchmarkTests {
    /// With a cache of its own: where the runs of other tests wrote into it meanwhile, a second run would find other kernels.
    private func benchmark(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(
            ["benchmark"] + line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
    }

    private static let images: Shape = [3, 1, 28, 28]

    /// A batch of three images in the file `batch.safetensors`.
    private func writeBatch(labels: Tensor?, in folder: String) throws {
        let pixels = (0..<Self.images.elementCount).map { Float(sin(0.7 * Double($0))) }
        var tensors: OrderedDictionary<String, Tensor> = ["images": try Tensor(Self.images, pixels)]
        tensors["labels"] = labels
        try Safetensors.write(tensors, to: "\(folder)/batch.safetensors")
    }

    @Test("Programs get the promised keys, and the figures follow from each other", arguments: ["train", "infer"])
    func json(mode: String) throws {
        try withTemporaryFolder { folder in
            let run = try benchmark("--model lenet5 --mode \(mode) --batch-size 4 --steps 6 --json", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json
            #expect(
                json.names == [
                    "model", "mode", "batch_size", "threads", "device", "precision", "compile_ms", "median_ms",
                    "p10_ms",
                    "p90_ms", "images_per_second", "peak_rss_mb", "rss_growth_mb", "effective_gflops", "steps", "input",
                    "classes",
                ])
            #expect(json["model"] == "lenet5" && json["mode"] == .string(mode) && json["precision"] == "f32")
            #expect(json["batch_size"] == 4 && json["steps"] == 6 && json["classes"] == 10)
            let median = try #require(json["median_ms"].double)
            let (low, high) = (try #require(json["p10_ms"].double), try #require(json["p90_ms"].double))
            #expect(0 < low && low <= median && median <= high)
            let speed = try #require(json["images_per_second"].double)
            #expect(abs(speed * median / 4000 - 1) < 1e-9)
            let work = try #require(json["effective_gflops"].double)
            let operations = 2 * 416_520 * 4 * (mode == "train" ? 3.0 : 1)
            #expect(abs(work * median * 1e6 / operations - 1) < 1e-9)
            #expect(try #require(json["peak_rss_mb"].double) > 1)
        }
    }

    @Test("Memory stays flat from step to step", arguments: ["train", "infer"])
    func flatMemory(mode: String) throws {
        try withTemporaryFolder { folder in
            let run = try benchmark(
                "--model lenet5 --mode \(mode) --batch-size 8 --warmup 500 --steps 4000 --deterministic --json",
                in: folder)
            #expect(run.status == 0, "\(run.errors)")
            // A leak of 1 kB in each step would come to 4 MB.
            #expect(try #require(try run.json["rss_growth_mb"].double) < 1.5)
        }
    }

    @Test("People get a table, and the program's nodes when they ask")
    func text() throws {
        try withTemporaryFolder { folder in
            let line = "--model lenet5 --mode infer --batch-size 2 --input 3x32x32 --classes 7 --steps 2 --warmup 0"
            let run = try benchmark("\(line) --explain", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            for words in ["2 of 3×32×32, 7 classes", "median of 2", "images per second", "conv2", "Convolution"] {
                #expect(run.output.contains(words))
            }
            let nodes = try benchmark("\(line) --explain --json", in: folder).json["program"].elements
            #expect(nodes.contains { $0["path"] == "conv1" && $0["operation"] == "FusedConvolution" })
            let plain = try benchmark(
                "\(line) --explain --json --without-pass fuse-convolution-epilogue --without-pass fold-constants",
                in: folder
            ).json["program"].elements
            #expect(plain.contains { $0["path"] == "conv1" && $0["operation"] == "Convolution" })
        }
    }

    @Test("Networks are compared with the machine's roofline", arguments: ["train", "infer"])
    func roofline(mode: String) throws {
        try withTemporaryFolder { folder in
            let line = "--roofline --model lenet5,smallcnn --mode \(mode) --batch-size 2 --steps 1"
            let json = try benchmark("\(line) --json", in: folder).json
            #expect(json["networks"].elements.map { $0["model"] } == ["lenet5", "smallcnn"])
            let ceilings = try #require(json["machine_gflops"].double)
            #expect(ceilings > 0.1)
            let bandwidths = json["machine_bandwidths"].elements.compactMap { $0["gb_per_second"].double }
            #expect(bandwidths.count > 3 && bandwidths == bandwidths.sorted(by: >))
            #expect(bandwidths.last == json["machine_gb_per_second"].double)
            for network in json["networks"].elements {
                let operations = network["operations"].elements
                let lost = operations.compactMap { $0["lost_ms"].double }
                #expect(lost == lost.sorted(by: >), "\(lost)")
                let (real, least) = (try #require(network["ms"].double), try #require(network["roofline_ms"].double))
                #expect(abs(lost.reduce(0, +) - (real - least)) <= 1e-6 * real)
                #expect(try abs(#require(network["efficiency"].double) - least / real) < 1e-9)
                // Two operations for each multiply-add, of two images.
                let arithmetic = operations.compactMap { $0["roofline_ms"].double }.reduce(0, +)
                #expect(arithmetic >= 2 * 2 * 416_520 / ceilings / 1e6)
            }
            let text = try benchmark(line, in: folder).output
            for words in ["smallcnn", "roofline ms", "lost ms", "medians of 5 rounds", "mean", "GFLOP/s in registers"] {
                #expect(text.contains(words), "\(text)")
            }
            let sequences = try benchmark(
                "--roofline --model tcn --input 1x32 --width 4 --mode \(mode) --batch-size 2 --steps 1 --json",
                in: folder)
            #expect(try sequences.json["networks"].elements.map { $0["model"] } == ["tcn"], "\(sequences.errors)")
        }
    }

    @Test("The bias of a filter gradient does not count the gradient's arithmetic again")
    func arithmeticCountsOnce() throws {
        try withTemporaryFolder { folder in
            let nodes = try benchmark(
                "--model squeezenet1_1 --mode train --batch-size 1 --input 3x32x32 --steps 1 --warmup 0 --explain --json",
                in: folder
            ).json["program"].elements.filter {
                $0["path"] == "classifier.1" && $0["operation"] == "ConvolutionFilterGradient"
            }
            #expect(nodes.count == 2)
            #expect(nodes.compactMap { $0["multiply_adds"].double }.sorted() == [0, 512 * 1000])
        }
    }

    @Test("A given batch with given weights leads to the same losses as its own seed does, and each step learns")
    func losses() throws {
        try withTemporaryFolder { folder in
            let labels = try Tensor([3], elements: [1, 0, 9] as [Int64])
            try writeBatch(labels: labels, in: folder)
            func losses(_ extra: String) throws -> [Float] {
                let line = "--model lenet5 --mode train --batch batch.safetensors --warmup 0 --lr 0.05 \(extra)"
                let run = try benchmark("\(line) --outputs out.safetensors", in: folder)
                try #require(run.status == 0, "\(run.errors)")
                return try #require(try Safetensors.read(from: "\(folder)/out.safetensors").tensors["loss"]).floats
            }
            let curve = try losses("--steps 8")
            #expect(curve.count == 8 && abs(curve[0] - log(10)) < 0.5 && curve[7] < curve[0])
            #expect(try losses("--steps 8 --seed 42") == curve)
            #expect(try losses("--steps 8 --seed 7") != curve)
            #expect(try losses("--steps 5 --device reference").count == 5)
        }
    }

    @Test("The logits of a given batch are written, and do not depend on the device")
    func logits() throws {
        try withTemporaryFolder { folder in
            try writeBatch(labels: nil, in: folder)
            func logits(_ device: String) throws -> Tensor {
                let line = "--model lenet5 --mode infer --batch batch.safetensors --steps 1 --warmup 0"
                let run = try benchmark("\(line) --device \(device) --outputs \(device).safetensors", in: folder)
                try #require(run.status == 0, "\(run.errors)")
                return try #require(try Safetensors.read(from: "\(folder)/\(device).safetensors").tensors["logits"])
            }
            let (fast, defined) = (try logits("cpu"), try logits("reference"))
            #expect(fast.shape == [3, 10] && fast.floats.contains { abs($0) > 1e-3 })
            #expect(zip(fast.floats, defined.floats).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("A batch that does not fit is bad data, and says what it should be")
    func badBatches() throws {
        try withTemporaryFolder { folder in
            func error(_ mode: String = "train") throws -> String {
                let run = try benchmark("--model lenet5 --mode \(mode) --batch batch.safetensors --steps 1", in: folder)
                #expect(run.status == 65)
                return run.errors
            }
            try writeBatch(labels: nil, in: folder)
            #expect(try error().contains("no tensor `labels`"))
            try writeBatch(labels: Tensor(integers: [0, 1]), in: folder)
            #expect(try error().contains("holds `labels` as i32[2]"))
            try writeBatch(labels: Tensor([0, 1, 2]), in: folder)
            #expect(try error().contains("holds `labels` as f32[3]"))
            try writeBatch(labels: Tensor(integers: [0, 10, 2]), in: folder)
            #expect(try error().contains("The label 10"))
            try Safetensors.write(["pictures": Tensor([1])], to: "\(folder)/batch.safetensors")
            #expect(try error("infer").contains("no tensor `images`"))
            try Safetensors.write(["images": Tensor([1])], to: "\(folder)/batch.safetensors")
            #expect(try error("infer").contains("holds `images` as f32[1]"))
        }
    }

    @Test("A run's benchmark takes its weights")
    func runFolder() throws {
        try withTemporaryFolder { folder in
            let train = try FoveaProcess(TrainTests.small + ["--out", "run"], in: folder, cache: "\(folder)/.cache")
            try #require(train.status == 0, "\(train.errors)")
            try writeBatch(labels: nil, in: folder)
            func logits(_ model: String) throws -> Tensor? {
                let line = "--model \(model) --mode infer --batch batch.safetensors --steps 1 --outputs out.safetensors"
                let run = try benchmark(line, in: folder)
                #expect(run.status == 0, "\(run.errors)")
                return try Safetensors.read(from: "\(folder)/out.safetensors").tensors["logits"]
            }
            let own = try logits("run/")
            #expect(try own == logits("lenet5 --weights run/weights/best.safetensors"))
            #expect(try own != logits("lenet5"))
        }
    }

    @Test("Quantiles lie between the times in proportion")
    func quantiles() {
        let times = [3, 1, 2, 5, 4].map { Duration.seconds($0) }
        #expect(times.quantile(0.5) == 3 && times.quantile(0) == 1 && times.quantile(1) == 5)
        #expect(abs(times.quantile(0.1) - 1.4) < 1e-12)
        #expect([Duration.seconds(2)].quantile(0.9) == 2)
    }

    @Test("Measurements keep about four digits")
    func significantDigits() {
        #expect(
            [0.025312, 0.9999, 14.618, 999.5, 1096.4, 0].map(\.significant) == [
                "0.02531", "0.9999", "14.62", "999.5", "1,096", "0",
            ])
    }

    @Test("The peak is read from the process's status")
    func peakMemory() {
        #expect(ProcessMemory.byteCount("VmHWM", inStatus: "VmPeak:\t 9 kB\nVmHWM:\t    2048 kB\n") == 2 << 20)
        #expect(ProcessMemory.byteCount("VmHWM", inStatus: "VmPeak:\t 9 kB\n") == nil)
        #expect(ProcessMemory.byteCount("VmHWM", inStatus: "VmHWM:\t 9223372036854775807 kB\n") == nil)
    }
}
