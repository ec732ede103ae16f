import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCPU

@Suite("Types on the CPU backend")
struct CastTests {
    @Test(
        "casts between float32 and bfloat16 run there, all others visibly on the reference",
        arguments: OperationCase.casts())
    func parity(testCase: OperationCase) async throws {
        let cast = try #require(testCase.operation as? Cast)
        let source = testCase.operands[0].type(.float32).dataType
        let runs = source == .float32 && cast.dataType == .bfloat16
        for parity in try await checkParity(of: CPUBackend(threads: 2), on: [testCase]) {
            #expect(parity.failures.isEmpty, "\(testCase): \(parity.failures.joined(separator: "; "))")
            // A cast to its own type is none when gradients are taken.
            #expect(parity.fallbacks == (runs ? [] : ["Cast"]), "\(testCase)")
        }
    }

    /// The casts' results on the CPU backend.
    private func cast(_ tensor: Tensor, to dataType: DataType) async throws -> Tensor {
        let builder = GraphBuilder()
        builder.output("y", try builder.input("x", tensor.type).cast(to: dataType))
        let device = Device(try CPUBackend(threads: 2))
        let program = try await device.compile(builder.graph)
        #expect(program.fallbacks.isEmpty)
        return try #require(try await device.run(program, ["x": tensor])["y"])
    }

    @Test("every bfloat16 becomes its float and comes back, and between two the nearer one is taken")
    func everyPattern() async throws {
        let all = (UInt16.min...UInt16.max).map(BFloat16.init(bitPattern:))
        let floats = try await cast(Tensor([65536], elements: all), to: .float32)
        let bits = try #require(floats.elements(as: Float.self)).map(\.bitPattern)
        #expect(bits == all.map { UInt32($0.bitPattern) << 16 })
        // Each with nothing behind it, just below the middle, the middle, just above it, and almost the next.
        for rest: UInt32 in [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] {
            let between = bits.map { Float(bitPattern: $0 | rest) }
            let narrowed = try await cast(Tensor([65536], elements: between), to: .bfloat16)
            let given = try #require(narrowed.elements(as: BFloat16.self)).map(\.bitPattern)
            // By the bits: a processor that takes denormal numbers for 0 has no say.
            let expected = between.map { number -> UInt16 in
                let bits = number.bitPattern
                if number.isNaN { return UInt16(bits >> 16) | 0x40 }
                let (low, rest) = (UInt16(bits >> 16), bits & 0xFFFF)
                return rest > 0x8000 || (rest == 0x8000 && low & 1 == 1) ? low + 1 : low
            }
            #expect(given == expected, "\(rest)")
        }
    }

    @Test("nothing else is taken for float32", arguments: [DataType.float64, .float16, .bfloat16])
    func refusals(dataType: DataType) throws {
        let cpu = try CPUBackend(threads: 1)
        for testCase in try OperationCase.all() where !(testCase.operation is Cast) {
            let graph = try testCase.graph(dataType, withGradients: !testCase.differentiable.isEmpty)
            for node in graph.nodes {
                let operands = node.operands.map(graph.type(of:))
                guard (operands + node.results).contains(where: { $0.dataType == dataType }) else { continue }
                #expect(
                    !cpu.supports(node.operation, operands: operands, results: node.results),
                    "\(node.operation.operationName) \(operands)")
            }
        }
    }
}
