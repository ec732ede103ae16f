import Foundation
import FoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

/// What `script/pytorch/make_window_goldens.py` wrote of one operation.
private struct WindowGolden: Decodable {
    struct Numbers: Decodable {
        let shape: [Int]
        let elements: [Double]

        func tensor(_ dataType: DataType) throws -> Tensor {
            Tensor(elements: elements, TensorType(try Shape(validating: shape), dataType))
        }
    }

    let operation: String
    let window: [[Int]]?
    let groups: Int?
    let counts_padding: Bool?
    let operands: [Numbers]
    /// Operands that PyTorch has no gradient for.
    let statistics: [Numbers]?
    let upstream: Numbers
    let result: Numbers
    let gradients: [Numbers]

    static func all() throws -> [WindowGolden] {
        struct File: Decodable { let cases: [WindowGolden] }
        let url = try #require(
            Bundle.module.url(forResource: "windows", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
    }

    /// The operation as a case of the table, whose graph gives its first result and the gradients.
    func testCase() throws -> OperationCase {
        let draws = try (operands + (statistics ?? [])).map { OperandDraw(try Shape(validating: $0.shape)) }
        return OperationCase(try fovea(), draws, differentiable: Array(operands.indices))
    }

    private func fovea() throws -> any FoveaGraph.Operation {
        func windowOfAxes() throws -> Window {
            try Window(
                axes: (window ?? []).map {
                    Window.Axis(kernel: $0[0], stride: $0[1], dilation: $0[2], before: $0[3], after: $0[4])
                })
        }
        switch operation {
        case "convolution": return Convolution(try windowOfAxes(), groups: try #require(groups))
        case "max": return MaxPooling(try windowOfAxes())
        case "average":
            let countsPadding: Bool? = counts_padding
            return AveragePooling(try windowOfAxes(), countIncludingPadding: try #require(countsPadding as Bool?))
        case "batch_norm": return BatchNormalization(epsilon: 1e-3)
        case "batch_norm_inference": return BatchNormalizationInference(epsilon: 1e-3)
        default: throw CancellationError()
        }
    }
}

@Suite("Windows over one and three axes compute what PyTorch does")
struct WindowGoldenTests {
    /// The failures of all goldens on a backend.
    private func failures(
        on backend: any Backend, in dataType: DataType, within tolerance: Double
    ) async throws -> (failures: [String], fallbacks: Set<String>, count: Int) {
        let device = Device(backend)
        var failures: [String] = []
        var (fallbacks, count) = (Set<String>(), 0)
        for golden in try WindowGolden.all() {
            let testCase = try golden.testCase()
            let graph = try testCase.graph(dataType, withGradients: true)
            let program = try await device.compile(graph)
            fallbacks.formUnion(program.fallbacks)
            var inputs = ["weight0": try golden.upstream.tensor(dataType)]
            for (index, operand) in (golden.operands + (golden.statistics ?? [])).enumerated() {
                inputs["operand\(index)"] = try operand.tensor(dataType)
            }
            let outputs = try await device.run(program, inputs)
            var expected = ["result0": golden.result]
            for (index, gradient) in golden.gradients.enumerated() { expected["gradient\(index)"] = gradient }
            for (name, numbers) in expected {
                let given = try #require(outputs[name])
                let comparison = TensorComparison(given, try numbers.tensor(dataType), tolerance: tolerance)
                if let failure = comparison.failure { failures.append("\(testCase), \(name): \(failure)") }
                count += 1
            }
        }
        return (failures, fallbacks, count)
    }

    @Test("in double precision, by their definitions")
    func definitions() async throws {
        let found = try await failures(on: ReferenceBackend(), in: .float64, within: 1e-12)
        #expect(found.failures.isEmpty, "\(found.failures.joined(separator: "\n"))")
        #expect(found.count > 50)
    }

    @Test("in single precision, by the CPU backend's kernels", arguments: [1, 2])
    func kernels(threads: Int) async throws {
        let found = try await failures(on: CPUBackend(threads: threads), in: .float32, within: 1e-5)
        #expect(found.failures.isEmpty, "\(found.failures.joined(separator: "\n"))")
        #expect(found.fallbacks.isEmpty)
    }

    @Test("more axes than oneDNN has fall back to the reference backend, and the program says so")
    func fourAxes() async throws {
        let window = try Window(axes: Array(repeating: .init(kernel: 2, before: 1), count: 4))
        for operation in [MaxPooling(window), AveragePooling(window), GlobalAveragePooling()]
            as [any FoveaGraph.Operation]
        {
            let testCase = OperationCase(operation, [OperandDraw([2, 3, 2, 3, 2, 3], .distinct)], differentiable: [0])
            for parity in try await checkParity(of: CPUBackend(threads: 1), on: [testCase]) {
                #expect(parity.failures.isEmpty, "\(parity.failures)")
                // The gradient of a global mean is written with operations that run for any rank.
                if !(operation is GlobalAveragePooling) { #expect(parity.fellBack) }
            }
        }
    }
}
