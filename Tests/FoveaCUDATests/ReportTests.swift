import ArgumentParser
import CFakeGPU
import FoveaCUDA
import Testing

@testable import GPUReport

extension CUDATests {
    /// What `script/gpu` runs on a device, here on the fake one.
    @Suite("The report of script/gpu")
    struct ReportTests {
        private let gpu = GPU(libraries: FakeGPU.allLibraries)

        init() { FakeGPU.reset() }

        @Test("ceilings: a product in each precision, and a pass over memory")
        func ceilings() async throws {
            let text = try await MeasureCeilings.parse(["--size", "64", "--elements", "5000"]).table(gpu)
            for words in ["64³ in f32", "64³ in tf32", "64³ in bf16", "TFLOP/s", "one pass over 5000 floats", "TB/s"] {
                #expect(text.contains(words), "\(text)")
            }
        }

        @Test(
            "operations: within the bar of each precision, in memory filled with NaN",
            arguments: ["f32", "tf32", "bf16"])
        func operations(precision: String) async throws {
            let arguments = ["--precision", precision, "--only", "MaxPooling,ReLU", "--jobs", "1", "--limit", "4"]
            let (text, isWithinBar) = try await CheckOperations.parse(arguments).table(gpu)
            #expect(isWithinBar, "\(text)")
            #expect(text.contains("| MaxPooling |") && text.contains("0 above the bar; none on the reference backend"))
            #expect(FakeGPU.misuse == nil)
        }

        @Test("operations: one above the bar is told, with its case")
        func wrongOperations() async throws {
            let arguments = [
                "--precision", "f32", "--only", "Convolution", "--jobs", "1", "--limit", "2", "--largest-error",
                "1e-12",
            ]
            let (text, isWithinBar) = try await CheckOperations.parse(arguments).table(gpu)
            #expect(!isWithinBar && text.contains("| Convolution |") && text.contains("above the bar"))
        }

        @Test("steps: LeNet-5's in three precisions")
        func steps() async throws {
            let (text, isWithinBar) = try await CheckSteps.parse(["--models", "lenet5", "--batch", "2"]).table(gpu)
            #expect(isWithinBar, "\(text)")
            #expect(text.contains("| lenet5 | bf16 |"))
        }

        @Test("repetition: the same bits twice, and after a stop")
        func repetition() async throws {
            let arguments = ["--models", "lenet5", "--batch", "2", "--steps", "4"]
            let (text, isSame) = try await CheckRepetition.parse(arguments).table(gpu)
            #expect(isSame, "\(text)")
            #expect(text.contains("| lenet5 | f32 | same | same |"))
        }

        @Test("times: speed, memory as predicted, and launches", arguments: ["train", "infer"])
        func times(mode: String) async throws {
            let arguments = [
                "--model", "lenet5", "--mode", mode, "--batch", "2", "--precision", "f32", "--warmup", "2", "--steps",
                "2",
            ]
            let measured = try await TimeNetwork.parse(arguments).measured(gpu)
            #expect(measured.millisecondsPerStep > 0 && measured.launches > 5)
            let predicted = Double(measured.predictedByteCount)
            #expect(abs(predicted - Double(measured.byteCount)) < 0.05 * Double(measured.byteCount), "\(measured.json)")
            #expect(
                measured.json.hasPrefix("{\"model\":\"lenet5\",\"mode\":\"\(mode)\",\"batch\":2,\"precision\":\"f32\""))
        }
    }
}
