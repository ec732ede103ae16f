import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("The decomposition of an operation")
struct DecompositionTests {
    /// Runs nothing that can be taken apart.
    static let primitives = Capabilities { operation, operands, _ in (try? operation.body(of: operands)) == nil }

    /// The cases of the table whose operation has one.
    static func cases() throws -> [OperationCase] {
        try OperationCase.all().filter { testCase in
            try testCase.operation.body(of: testCase.operands.map { $0.type(.float64) }) != nil
        }
    }

    @Test("computes what the definition says, down to the last parts, gradients included", arguments: try cases())
    func sameNumbers(testCase: OperationCase) throws {
        let graph = try testCase.graph(.float64, withGradients: !testCase.differentiable.isEmpty)
        let parts = try graph.optimized(by: [DecomposeOperations()], for: Self.primitives, verifying: true)
        #expect(!parts.nodes.contains { !Self.primitives.run($0, of: parts) })
        try expectEqual(parts, graph, testCase)
    }

    @Test("has the operation's gradients", arguments: try cases().filter { !$0.differentiable.isEmpty })
    func sameGradients(testCase: OperationCase) throws {
        let graph = try testCase.graph(.float64, withGradients: true)
        try expectEqual(testCase.graph(.float64, withGradients: true, decomposed: true), graph, testCase)
    }

    private func expectEqual(_ given: Graph, _ expected: Graph, _ testCase: OperationCase) throws {
        let inputs = testCase.inputs(of: expected, seed: 1)
        let tensors = try expected.inputs.map { try #require(inputs[$0.name]) }
        let results = zip(try run(given, tensors), try run(expected, tensors))
        for (output, (result, wanted)) in zip(expected.outputs, results) where output.name != "loss" {
            let failure = TensorComparison(result, wanted, tolerance: 1e-9, scale: .element).failure
            #expect(failure == nil, "\(testCase), \(output.name): \(failure ?? "")")
        }
    }

    @Test("is there for what is fused or composed")
    func complete() throws {
        let names = Set(try Self.cases().map(\.operationName))
        let composed = [
            "FusedConvolution", "FusedMatrixMultiplication", "FusedBatchNormalization",
            "FusedBatchNormalizationGradient", "FusedBatchNormalizationInference", "FusedSoftmaxCrossEntropy",
            "SoftmaxCrossEntropyWithTargets", "LogSoftmax", "Softmax", "HardSwish", "HardSigmoid", "SiLU", "Mish",
            "BatchNormalization", "BatchNormalizationInference", "NormalizationFolding", "MovingAverage", "SGDUpdate",
            "AdamUpdate", "GlobalAveragePooling", "ReduceMean", "Subtraction", "Convolution", "MatrixMultiplication",
            "ConvolutionFilterGradient",
        ]
        #expect(names.isSuperset(of: composed), "\(Set(composed).subtracting(names))")
    }
}
