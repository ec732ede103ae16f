import CFakeGPU
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Synchronization
import Testing

@testable import FoveaCUDA

extension CUDATests {
    @Suite("cuDNN's plans for convolutions")
    struct ConvolutionPlansTests {
        private let window: Window
        private let question: ConvolutionQuestion

        init() throws {
            FakeGPU.reset()
            let axis = Window.Axis(kernel: 3, before: 1, after: 1)
            window = try Window(axes: [axis, axis])
            question = ConvolutionQuestion(
                kind: .forward, window: window, images: [2, 4, 8, 8], filters: [6, 4, 3, 3], results: [2, 6, 8, 8],
                dataType: .float32)
        }

        /// The calls of a timing that finds the second of two kernels faster.
        private final class Timings: Sendable {
            let count = Mutex(0)

            func seconds(_ plans: [ConvolutionPlan]) -> [Double]? {
                count.withLock { $0 += 1 }
                return plans.indices.map { 2 - Double($0) }
            }
        }

        private func plans(_ folder: String?, _ timings: Timings?, _ context: CUDAContext) throws -> ConvolutionPlans {
            let calls = fake_gpu_cudnn()
            let device = try ConvolutionChoices.properties(ofDevice: context.device.ordinal, calls)
            let choices = ConvolutionChoices(calls, device: device, allowsTensorFloat32: true)
            let cache = folder.map(CompilationCache.init)
            guard let timings else { return ConvolutionPlans(choices, cache: cache) }
            return ConvolutionPlans(choices, cache: cache) { _, plans in timings.seconds(plans) }
        }

        @Test("the fastest is taken where they are timed, and cuDNN's first where not")
        func fastest() throws {
            let context = try CUDAContext(FakeGPU.allLibraries, ordinal: 0)
            let timings = Timings()
            let timed = try plans(nil, timings, context)
            // For its memory alone nothing is timed.
            #expect(timed.plan(question, isPrediction: true)?.engine == 0)
            #expect(timings.count.withLock { $0 } == 0)
            #expect(timed.plan(question)?.engine == 1)
            #expect(timed.plan(question)?.engine == 1 && timings.count.withLock { $0 } == 1)
            #expect(timed.plan(question, isPrediction: true)?.engine == 1)
            #expect(try plans(nil, nil, context).plan(question)?.engine == 0)
        }

        @Test("what was chosen is remembered; damaged files only cost time")
        func remembered() throws {
            let folder = "/tmp/fovea-tests-\(UUID().uuidString)"
            defer { removeFolder(folder) }
            let context = try CUDAContext(FakeGPU.allLibraries, ordinal: 0)
            func choose() throws -> (engine: Int?, timings: Int) {
                let timings = Timings()
                let engine = try plans(folder, timings, context).plan(question)?.engine
                return (engine, timings.count.withLock { $0 })
            }
            #expect(try choose() == (1, 1))
            #expect(try choose() == (1, 0))
            // A run that times nothing keeps its own.
            #expect(try plans(folder, nil, context).plan(question)?.engine == 0)
            let files = try namesInFolder(folder).map { "\(folder)/\($0)" }
            #expect(files.count == 2)
            for file in files { try replaceFile(at: file, with: Array(readFile(at: file, limit: 1 << 20).dropLast())) }
            #expect(try choose() == (1, 1))
            // Whole files, but no plan of this cuDNN's.
            for file in files {
                let bytes = try readFile(at: file, limit: 1 << 20)
                let head = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).split(
                    separator: "\n", maxSplits: 1)
                let key = String(try #require(head.first).dropFirst("fovea cuda 1, ".count))
                for text in ["", "1", "1\n", "1\n{}", "x\n{}"] {
                    CompilationCache(folder).keep(Array(text.utf8), of: String(head[1]), key: key)
                    #expect(try choose().engine == 1)
                }
            }
            #expect(FakeGPU.misuse == nil)
        }

        @Test("kernels are timed on memory of their own, which is given back")
        func timed() async throws {
            let device = Device(
                try CUDABackend(FakeGPU.allLibraries, allowsTensorFloat32: true, timesKernels: true))
            let reference = Device(ReferenceBackend())
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32([2, 4, 8, 8]))
            let filters = try builder.input("filters", .float32([6, 4, 3, 3]))
            builder.output("y", try Convolution(window).applied(to: x, filters))
            let inputs = Dictionary(
                uniqueKeysWithValues: [x, filters].enumerated().map { index, value in
                    let generator = CounterBasedGenerator(seed: UInt64(index), purpose: "timed")
                    let numbers = (0..<value.type.shape.elementCount).map { Double(generator.word(at: $0)) / 0x1p32 }
                    return (["x", "filters"][index], Tensor(elements: numbers, value.type))
                })
            let program = try await device.compile(builder.graph)
            #expect(unsafe fake_gpu_calls("cuEventElapsedTime") == 6)
            // The arena, and the states of nothing: what timing took is free again.
            #expect(fake_gpu_allocations() <= 3)
            let given = try #require(await device.run(program, inputs)["y"])
            let wanted = try #require(await reference.run(reference.compile(builder.graph), inputs)["y"])
            #expect(TensorComparison(given, wanted, tolerance: 1e-3).failure == nil)
            #expect(FakeGPU.misuse == nil)
        }

        @Test(
            "what follows a convolution is part of its kernel, unless that would lose NaN", arguments: [false, true],
            [false, true])
        func epilogues(losesNaN: Bool, addsResidual: Bool) async throws {
            var settings = fake_gpu_defaults()
            settings.rectifiers_lose_nan = losesNaN
            fake_gpu_configure(settings)
            for type in [DataType.float32, .bfloat16] {
                for activation in [nil, FusedActivation(ReLU()), FusedActivation(ReLU6())] {
                    let fused = FusedConvolution(
                        Convolution(window), hasBias: true, addsResidual: addsResidual, activation: activation)
                    let builder = GraphBuilder()
                    let shapes: [Shape] = [[2, 4, 8, 8], [6, 4, 3, 3], [6]] + (addsResidual ? [[2, 6, 8, 8]] : [])
                    let values = try shapes.enumerated().map { try builder.input("\($0)", TensorType($1, type)) }
                    builder.output("y", try fused.results(on: values)[0])
                    let device = Device(try FakeGPU.backend(withLibraries: true))
                    let program = try await device.compile(builder.graph, passes: [])
                    let isFused = program.steps.contains { $0.implementation.contains("fused") }
                    #expect(isFused == !(losesNaN && activation != nil))
                    let reference = Device(ReferenceBackend())
                    let expectation = try await reference.compile(builder.graph, passes: [])
                    for hasNaN in [false, true] {
                        var inputs: [String: Tensor] = [:]
                        for (index, value) in values.enumerated() {
                            let generator = CounterBasedGenerator(seed: UInt64(index), purpose: "epilogue")
                            var numbers = (0..<value.type.shape.elementCount).map {
                                Double(generator.word(at: $0)) / 0x1p32 * 4 - 2
                            }
                            if hasNaN, index == 0 { numbers[70] = .nan }
                            inputs["\(index)"] = Tensor(elements: numbers, value.type)
                        }
                        let given = try #require(await device.run(program, inputs)["y"])
                        let wanted = try #require(await reference.run(expectation, inputs)["y"])
                        let tolerance = type == .float32 ? 1e-5 : 2e-2
                        let failure = TensorComparison(given, wanted, tolerance: tolerance).failure
                        #expect(failure == nil, "\(type), \(activation as Any), NaN \(hasNaN): \(failure ?? "")")
                    }
                    #expect(FakeGPU.misuse == nil)
                }
            }
        }

        @Test("where there is no memory to time in, cuDNN's first is taken, and another process may try again")
        func tooLittleMemory() throws {
            let context = try CUDAContext(FakeGPU.allLibraries, ordinal: 0)
            let handle = unsafe try CuDNNHandle(fake_gpu_cudnn(), stream: context.stream)
            let candidates = try ConvolutionChoices(
                fake_gpu_cudnn(), device: ConvolutionChoices.properties(ofDevice: 0, fake_gpu_cudnn()),
                allowsTensorFloat32: true
            ).plans(question, atMost: 8)
            #expect(candidates.map(\.engine) == [0, 1])
            let timer = ConvolutionTimer(context: context, handle: handle)
            #expect(timer.seconds(question, candidates)?.count == 2)
            unsafe fake_gpu_fail("cuMemAlloc_v2", 1, 2)
            #expect(timer.seconds(question, candidates) == nil)
            #expect(fake_gpu_allocations() == 0)
        }
    }
}
