import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("fovea fine-tune with features on disk")
struct FeatureCacheTests {
    private static let command =
        "fine-tune --model base --data photos --val-split 0.25 --epochs 0 --deterministic --threads 1 --json --out"

    /// A run to start from, and 40 pictures of two classes.
    private func withPictures(
        _ body: (_ folder: String, _ fovea: (String) throws -> FoveaProcess) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            func fovea(_ line: String) throws -> FoveaProcess {
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache")
            }
            for (name, base) in [("dark", 20), ("light", 120)] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/photos/\(name)", withIntermediateDirectories: true)
                for number in 0..<20 { try Self.write(base, number, to: "\(folder)/photos/\(name)/\(number).png") }
            }
            let base = try fovea(
                "train --data photos --model lenet5 --image-size 28 --epochs 1 --batch-size 8 --val-split 0 --threads 1 --out base"
            )
            try #require(base.status == 0, "\(base.errors)")
            try body(folder, fovea)
        }
    }

    private static func write(_ base: Int, _ number: Int, to path: String) throws {
        let pixels = (0..<28 * 28).map { UInt8(base + ($0 * (number + 3) + number * 13) % 100) }
        try writePNG(pixels, width: 28, height: 28, to: path)
    }

    private func counts(_ run: FoveaProcess) throws -> [JSONValue] {
        #expect(run.status == 0, "\(run.errors)")
        let plan = try #require(try run.jsonLines.first)["plan"]
        return [plan["feature_count"], plan["cached_features"]]
    }

    private func weights(_ folder: String, _ run: String) throws -> Data {
        try Data(contentsOf: URL(filePath: "\(folder)/\(run)/weights/best.safetensors"))
    }

    @Test("a second run takes them, the plan says how many, and the model is the same to the bit")
    func twice() throws {
        try withPictures { folder, fovea in
            let none = try fovea("\(Self.command) none --feature-cache none")
            #expect(try counts(none) == [40, 0] && none.errors.contains("computed once"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/.cache/fovea/features"))
            #expect(try counts(fovea("\(Self.command) zero --feature-cache-size 0")) == [40, 0])
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/.cache/fovea/features"))

            #expect(try counts(fovea("\(Self.command) first")) == [40, 0])
            #expect(FileManager.default.fileExists(atPath: "\(folder)/.cache/fovea/features"))
            let second = try fovea("\(Self.command) second")
            #expect(try counts(second) == [40, 40])
            #expect(second.errors.contains("; features of 13.4 kB, 40 of 40 from the cache"), "\(second.errors)")
            #expect(try weights(folder, "second") == weights(folder, "none"))
            #expect(try weights(folder, "first") == weights(folder, "none"))
            let settings = try JSONValue(
                parsing: Array(try Data(contentsOf: URL(filePath: "\(folder)/none/run.json"))))["settings"]
            #expect(settings["feature-cache"] == "none" && settings["feature-cache-size"] == 2_000_000_000)
        }
    }

    @Test("pictures that are new or replaced are computed, renamed ones are not")
    func changes() throws {
        try withPictures { folder, fovea in
            let place = "--feature-cache kept --feature-cache-size 1MB"
            #expect(try counts(fovea("\(Self.command) first \(place)")) == [40, 0])
            try Self.write(21, 99, to: "\(folder)/photos/dark/0.png")
            try Self.write(22, 98, to: "\(folder)/photos/dark/another.png")
            try FileManager.default.moveItem(
                atPath: "\(folder)/photos/light/3.png", toPath: "\(folder)/photos/light/renamed.png")
            #expect(try counts(fovea("\(Self.command) second \(place)")) == [41, 39])
            #expect(try counts(fovea("\(Self.command) third \(place) --plan-only")) == [41, 41])
            _ = try fovea("\(Self.command) none --feature-cache none")
            #expect(try weights(folder, "second") == weights(folder, "none"))
            let other = try fovea("\(Self.command) other \(place) --batch-size 4 --plan-only")
            #expect(try counts(other) == [41, 0])
        }
    }

    @Test("a folder that cannot be written, and a disk that takes no more, are a notice")
    func unwritable() throws {
        try withPictures { folder, fovea in
            let run = try fovea("\(Self.command) first --feature-cache /proc/features")
            #expect(try counts(run) == [40, 0])
            #expect(run.errors.contains("features are not kept on disk: Cannot create"), "\(run.errors)")
            // No file may be larger than 256 kB, of which the weights take 250 at most; the features of 1,800 digits take 640.
            let line =
                "fine-tune --model base --data glyphs --limit-train 2000 --epochs 0 --deterministic --threads 1 --json --out full"
            let full = try FoveaProcess(
                line.split(separator: " ").map(String.init), in: folder, cache: "\(folder)/.cache",
                shell: "trap '' XFSZ; ulimit -f 512; exec \"$0\" \"$@\"")
            #expect(full.status == 0, "\(full.errors)")
            #expect(full.errors.contains("features are not kept on disk: Cannot write"), "\(full.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.cache/fovea/features").isEmpty)
        }
    }

    @Test("two processes at a time leave what a third one uses")
    func together() throws {
        try withPictures { folder, fovea in
            let runs = try ["one", "two"].map { name in
                try FoveaProcess.Running(
                    "\(Self.command) \(name)".split(separator: " ").map(String.init), in: folder,
                    cache: "\(folder)/.cache")
            }
            for run in runs {
                let (status, _, errors) = try run.end()
                #expect(status == 0 && !errors.contains("damaged"), "\(errors)")
            }
            #expect(try weights(folder, "one") == weights(folder, "two"))
            let third = try fovea("\(Self.command) three")
            #expect(try counts(third) == [40, 40])
            #expect(try weights(folder, "three") == weights(folder, "one"))
        }
    }
}
