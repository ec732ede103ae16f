import Foundation
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

@Suite("A data set larger than memory")
struct LargeSourceTests {
    /// 150 GB of noise: a picture is made when it is asked for.
    private struct Pictures: ExampleSource {
        let name = "pictures"
        let count = 1_000_000
        let classNames = (0..<10).map(String.init)
        let identity: String? = "noise, seed 5"

        func example(at index: Int) throws -> Example {
            let generator = CounterBasedGenerator(seed: 5, purpose: "pictures").derived(UInt64(index))
            var pixels: [UInt8] = []
            pixels.reserveCapacity(3 * 224 * 224)
            for block in 0..<UInt32(3 * 224 * 224 / 16) {
                let words = generator.block(at: SIMD4(block, 0, 0, 0))
                for lane in 0..<4 {
                    for shift in [0, 8, 16, 24] as [UInt32] {
                        pixels.append(UInt8(truncatingIfNeeded: words[lane] >> shift))
                    }
                }
            }
            return Example(
                image: try DecodedImage(channels: 3, height: 224, width: 224, pixels: pixels), label: Int32(index % 10))
        }
    }

    /// The most memory that this process has had, in bytes, as Linux tells it.
    private static var peakByteCount: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return nil }
        return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
    }

    #if os(Linux)
        @Test(
            "ten steps on 1,000,000 pictures of 3×224×224, statistics and fingerprint included, take less than 700 MB")
        func boundedMemory() async {
            // In a process of its own: others would share the peak.
            await #expect(processExitsWith: .success) {
                let source = Pictures()
                let summary = try SourceSummary(of: source, sample: .drawn(count: 100, seed: 1))
                try #require(summary.fingerprint == "noise, seed 5")
                // Bytes that are all equally probable: the mean is a half, the deviation 256 / √12 / 255.
                try #require(summary.mean.allSatisfy { abs($0 - 0.5) < 0.001 })
                try #require(summary.standardDeviation.allSatisfy { abs($0 - 0.2898) < 0.001 })
                let network = Sequential {
                    Conv2D(8, kernel: 7, stride: 4)
                    ReLU()
                    AdaptiveAvgPool2D(1)
                    Flatten()
                    Dense(10)
                }
                let trainer = try await Trainer(
                    network, input: [3, 224, 224], optimizer: SGD(learningRate: 0.01), device: ComputeDevice.auto.open()
                )
                let fit = try trainer.fit(
                    source, preprocessing: Preprocessing(summary), plan: TrainingPlan(epochs: 1, batchSize: 32))
                var steps = 0
                for try await event in fit {
                    guard case .step(let report, _, _, let stepsPerEpoch) = event else { continue }
                    try #require(stepsPerEpoch == 31_250 && report.loss.isFinite && report.count == 32)
                    steps += 1
                    if steps == 10 { break }
                }
                try #require(steps == 10)
                let peak = try #require(LargeSourceTests.peakByteCount)
                try #require(peak < 700_000_000, "\(peak) bytes")
            }
        }
    #endif
}
