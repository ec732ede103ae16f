import Foundation
import FoveaFormats
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

/// What the shell, the system and the owner of the machine leave to the command.
@Suite("The command's surroundings")
struct SurroundingsTests {
    /// Runs `fovea` as a shell does after `preparation`, with its streams as `redirection` says.
    private func shell(
        _ line: String, after preparation: String = "", redirection: String = "", environment: [String: String] = [:]
    ) throws -> FoveaProcess {
        try withTemporaryFolder { folder in
            try FoveaProcess(
                words(line), in: folder, environment: environment,
                shell: "\(preparation)\nexec \"$0\" \"$@\" \(redirection)")
        }
    }

    private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    private let training = "train --data glyphs --model lenet5 --epochs 1 --limit-train 64 --limit-val 32 --out run"

    @Test("a closed standard output is an error before the work begins, also where the command starts itself anew")
    func closedOutput() throws {
        for line in ["models", "doctor --json", "demo --epochs 1", "--help", training] {
            let run = try shell(line, redirection: ">&-")
            #expect(run.status == 74, "\(line): \(run.errors)")
            #expect(run.errors.hasPrefix("fovea: error: Standard output is closed."), "\(line): \(run.errors)")
        }
    }

    @Test("closed standard input and error are no obstacle, and nothing is written into files in their place")
    func closedOthers() throws {
        #expect(try shell("models --json", redirection: "<&- 2>&-").json.elements.isEmpty == false)
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(words(training), in: folder, shell: "exec \"$0\" \"$@\" <&- 2>&-")
            #expect(run.status == 0)
            for file in ["run.json", "model.json", "metrics.jsonl"] {
                let text = try String(contentsOfFile: "\(folder)/run/\(file)", encoding: .utf8)
                #expect(!text.contains("data_wait  ") && !text.contains("device  cpu"), "\(file)")
            }
        }
    }

    @Test("a limit on instructions holds for all kernels, and is shown")
    func instructionLimits() throws {
        func doctor(_ value: String?) throws -> (json: JSONValue, text: String) {
            let environment = value.map { ["DNNL_MAX_CPU_ISA": $0] } ?? [:]
            let json = try shell("doctor --json", environment: environment).json["processor"]
            return (json, try shell("doctor", environment: environment).output)
        }
        let free = try doctor(nil)
        #expect(free.json["instruction_limit"] == .null && !free.text.contains("MAX_CPU_ISA"))
        let unknown = try doctor("PDP11")
        #expect(unknown.json["instruction_set"] == free.json["instruction_set"])
        #expect(
            unknown.text.contains("(not limited: PDP11 is unknown as value of DNNL_MAX_CPU_ISA)"), "\(unknown.text)")
        let oldest = try doctor("SSE41")
        #expect(oldest.json["instruction_set"] == "SSE4.1" && oldest.json["instruction_limit"] == "SSE41")
        #expect(oldest.text.contains("SSE4.1 (limited by DNNL_MAX_CPU_ISA)"), "\(oldest.text)")
    }

    @Test(
        "trainings agree whatever the instructions",
        arguments: [
            "--model lenet5 --batch-size 16", "--model smallcnn --batch-size 4",
            "--model resnet18 --input 3x32x32 --batch-size 8",
            "--model mobilenet_v2 --input 3x96x96 --batch-size 8",
            "--model squeezenet1_1 --input 3x48x48 --batch-size 2",
        ])
    func sameLosses(network: String) throws {
        try withTemporaryFolder { folder in
            func losses(_ limit: String?) throws -> [Float] {
                let line =
                    "benchmark --mode train \(network) --no-dropout --warmup 0 --steps 2 --lr 0.01 --deterministic"
                let run = try FoveaProcess(
                    words("\(line) --outputs out.safetensors"), in: folder,
                    environment: limit.map { ["DNNL_MAX_CPU_ISA": $0] } ?? [:])
                try #require(run.status == 0, "\(run.errors)")
                return try #require(try Safetensors.read(from: "\(folder)/out.safetensors").tensors["loss"]).floats
            }
            let free = try losses(nil)
            for limit in ["AVX2", "SSE41"] {
                for (limited, loss) in zip(try losses(limit), free) {
                    #expect(abs(limited - loss) <= 1e-3 * abs(loss), "\(limit): \(limited) instead of \(loss)")
                }
            }
        }
    }

    @Test("a full disk behind standard output is named")
    func fullDisk() throws {
        let full = try shell("models", redirection: ">/dev/full")
        #expect(full.status == 74)
        #expect(full.errors.contains("Cannot write to standard output: No space left on device."))
    }

    @Test("limits on memory are an error with the numbers, at the start or when something would not fit")
    func memoryLimits() throws {
        let lines = [
            "models", "doctor", training, "benchmark --model lenet5 --mode infer --batch-size 1 --steps 1 --warmup 0",
        ]
        for line in lines {
            for limit in ["-v 120000", "-v 200000", "-v 300000", "-v 500000", "-d 20000", "-d 100000", "-d 200000"] {
                let run = try shell(line, after: "ulimit \(limit) || exit 9")
                #expect([0, 69].contains(run.status), "\(line) with ulimit \(limit): \(run.status), \(run.errors)")
                if run.status == 69 { #expect(run.errors.contains("Not enough"), "\(run.errors)") }
            }
        }
        let tight = try shell("models", after: "ulimit -v 120000 || exit 9")
        #expect(tight.status == 69 && tight.errors.contains("the limits of the process leave"), "\(tight.errors)")
    }

    /// Root is not bound by limits on processes, and only root can become somebody else.
    private static let canBecomeAnother = getuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/setpriv")

    @Test("threads that the system does not give are an error, not a wait", .enabled(if: canBecomeAnother))
    func threadLimits() throws {
        for (count, line) in [(1, "models"), (1, "doctor"), (2, "doctor --json"), (2, "benchmark --model lenet5")] {
            let run = try shell(
                line,
                after:
                    "exec /usr/bin/setpriv --reuid 61234 --clear-groups /usr/bin/prlimit --nproc=\(count) \"$0\" \"$@\""
            )
            #expect(run.status == 69, "\(line): \(run.status) \(run.errors)")
            #expect(run.errors.contains("Not enough threads: starting takes"), "\(run.errors)")
        }
    }

    @Test("OMP_NUM_THREADS says how many threads compute, --threads goes before it, nonsense is told and ignored")
    func threads() throws {
        func threads(_ variables: [String: String]) throws -> String {
            let json = try shell("doctor --json", environment: variables).json["processor"]
            return "\(json["default_threads"].double ?? 0), \(json["default_threads_reason"].string ?? "")"
        }
        #expect(try threads(["OMP_NUM_THREADS": "3"]) == "3.0, OMP_NUM_THREADS")
        #expect(try threads(["OMP_NUM_THREADS": "5,2"]) == "5.0, OMP_NUM_THREADS")
        #expect(try threads(["OMP_NUM_THREADS": "5", "OMP_THREAD_LIMIT": "1"]) == "1.0, OMP_THREAD_LIMIT")
        let line = "benchmark --model lenet5 --mode infer --batch-size 1 --steps 1 --warmup 0 --json"
        #expect(try shell(line, environment: ["OMP_NUM_THREADS": "3"]).json["threads"] == 3)
        #expect(try shell("\(line) --threads 2", environment: ["OMP_NUM_THREADS": "3"]).json["threads"] == 2)
        let nonsense = try shell(line, environment: ["OMP_NUM_THREADS": "many"])
        #expect(nonsense.status == 0)
        #expect(nonsense.errors.contains("OMP_NUM_THREADS is `many`, not a number from 1 to 1024, and is ignored"))
        let limited = try shell("\(line) --threads 2", environment: ["OMP_THREAD_LIMIT": "1"])
        #expect(limited.status == 64 && limited.errors.contains("OMP_THREAD_LIMIT allows"), "\(limited.errors)")
    }

    @Test("a name cannot break a line or move the cursor")
    func names() throws {
        try withTemporaryFolder { folder in
            #expect(try FoveaProcess(words(training), in: folder).status == 0)
            let name = "a\nb\u{1B}[2J.png"
            try writePNG([UInt8](repeating: 7, count: 784), width: 28, height: 28, to: "\(folder)/\(name)")
            let table = try FoveaProcess(["predict", "--model", "run", name], in: folder)
            #expect(table.output.split(separator: "\n").count == 2, "\(table.output)")
            #expect(table.output.contains("a\\nb\\u{1B}[2J.png"))
            let missing = try FoveaProcess(["predict", "--model", "run", "no\nsuch.png"], in: folder)
            #expect(missing.status == 66 && missing.errors.split(separator: "\n").count == 1, "\(missing.errors)")
            #expect(missing.errors.contains("no\\nsuch.png"))
            let option = try FoveaProcess(["models", "--json\n\u{1B}[2J"], in: folder)
            #expect(option.status == 64 && !option.errors.contains("\u{1B}"), "\(option.errors)")
        }
    }
}
