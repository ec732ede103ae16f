import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Synchronization
import Testing

@testable import FoveaCPU

@Suite("The choice between kernels of convolutions")
struct ConvolutionKernelTests {
    /// Enough channels and pixels for Winograd, with everything that can follow a convolution.
    private static func cases() throws -> [OperationCase] {
        try OperationCase.all().filter { $0.description.contains("Convolution") }
    }

    @Test("every kernel that may be chosen computes what the reference computes", arguments: try cases())
    func parity(testCase: OperationCase) async throws {
        for position in 0..<10 {
            let most = Mutex(0)
            let selection = KernelSelection(picking: { names in
                most.withLock { $0 = max($0, names.count) }
                return min(position, names.count - 1)
            })
            let backend = try CPUBackend(threads: 2, kernels: selection)
            for parity in try await checkParity(of: backend, on: [testCase]) {
                #expect(parity.failures.isEmpty, "kernel \(position): \(parity.failures.joined(separator: "; "))")
            }
            if position + 1 >= most.withLock({ $0 }) { break }
        }
    }

    /// A 3×3 convolution with its gradients. Of 64 channels it is large enough for Winograd to be considered; of 16 it has so
    /// little to do that every processor has a choice between two threads and one.
    private static func graph(channels: Int = 16) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.input("x", .float32([2, channels, 16, 16]))
        let w = try builder.input("w", .float32([channels, channels, 3, 3]))
        let y = try Convolution(Window(kernel: 3, padding: .init(1))).applied(to: x, w)
        let loss = try ReduceSum(axes: [0, 1, 2, 3]).applied(to: y)
        builder.output("loss", loss)
        for (name, gradient) in zip(["dx", "dw"], try builder.gradients(of: loss, with: [x, w])) {
            builder.output(name, gradient)
        }
        return builder.graph
    }

    @Test("trying kernels inside a program leaves the states of programs alone")
    func trialOnStatesOfItsOwn() async throws {
        func graph(channels: Int) throws -> Graph {
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32([2, channels, 16, 16]))
            let w = try builder.state("w\(channels)", .float32([channels, channels, 3, 3]))
            let y = try Convolution(Window(kernel: 3, padding: .init(1))).applied(to: x, w)
            let loss = try ReduceSum(axes: [0, 1, 2, 3]).applied(to: y)
            builder.output("loss", loss)
            builder.update("w\(channels)", to: try w - builder.gradients(of: loss, with: [w])[0])
            return builder.graph
        }
        let device = Device(try CPUBackend(threads: 2))
        let first = try await device.compile(graph(channels: 16))
        let weights = OperandDraw([16, 16, 3, 3], .normal(deviation: 1)).tensor(seed: 3, purpose: "weights")
        try await first.states.write([("w16", weights)])
        _ = try await device.compile(graph(channels: 16), states: first.states)
        _ = try await device.compile(graph(channels: 32), states: first.states)
        #expect(try await first.states.read(["w16"])[0].floats == weights.floats)
        #expect(try await first.states.read(["w32"])[0].floats.allSatisfy { $0 == 0 })
    }

    @Test("what was timed is reported with the times of all candidates, and can be repeated")
    func remembered() async throws {
        let reported = Mutex<[String: KernelChoice]>([:])
        let first = KernelSelection(onChange: { new in reported.withLock { $0.merge(new) { $1 } } })
        _ = try await Device(try CPUBackend(threads: 2, kernels: first)).compile(Self.graph())
        #expect(first.choices.count == 3)
        #expect(reported.withLock { $0 } == first.choices)
        for choice in first.choices.values {
            #expect(
                choice.times.contains { $0.candidate.name == choice.kernel && $0.candidate.threads == choice.threads })
            #expect(Set(choice.times.map(\.candidate.name)).count == choice.times.count)
            #expect(choice.times.allSatisfy { $0.best > 0 && $0.spread >= 1 })
            // Which came close is a matter of timing; who was tried inside the program is not alone there.
            let tried = choice.timesInProgram
            #expect(tried.isEmpty || tried.count > 1 && tried.contains { $0.candidate.name == choice.kernel })
            #expect(tried.allSatisfy { $0.best > 0 && choice.times.map(\.candidate).contains($0.candidate) })
        }

        let second = KernelSelection(
            repeating: first.choices.mapValues(\.kernel), onChange: { _ in Issue.record("nothing was new") })
        _ = try await Device(try CPUBackend(threads: 2, kernels: second)).compile(Self.graph())
        #expect(second.choices.mapValues(\.kernel) == first.choices.mapValues(\.kernel))
    }

    @Test("a choice that names a kernel which is not there is made anew")
    func unknownKernel() async throws {
        let first = KernelSelection()
        _ = try await Device(try CPUBackend(threads: 2, kernels: first)).compile(Self.graph())
        let second = KernelSelection(repeating: first.choices.mapValues { _ in "jit:none" })
        _ = try await Device(try CPUBackend(threads: 2, kernels: second)).compile(Self.graph())
        #expect(Set(second.choices.keys) == Set(first.choices.keys))
        #expect(!second.choices.values.map(\.kernel).contains("jit:none"))
    }

    @Test("fixed rules time nothing and choose the same every time", arguments: [16, 64])
    func fixed(channels: Int) async throws {
        let choices = try await [KernelSelection(.fixed), KernelSelection(.fixed)].asyncMap { selection in
            let graph = try Self.graph(channels: channels)
            _ = try await Device(try CPUBackend(threads: 2, kernels: selection)).compile(graph)
            return selection.choices
        }
        #expect(choices[0] == choices[1])
        if channels == 16 { #expect(choices[0].count == 3) }
    }

    @Test("a remembered kernel that is not there is not missed")
    func unknown() async throws {
        let known = try await knownChoices().mapValues { _ in "no such kernel" }
        let selection = KernelSelection(.fixed, repeating: known)
        _ = try await Device(try CPUBackend(threads: 2, kernels: selection)).compile(Self.graph())
        #expect(!selection.choices.values.map(\.kernel).contains("no such kernel"))
    }

    private func knownChoices() async throws -> [String: String] {
        let selection = KernelSelection(.fixed)
        _ = try await Device(try CPUBackend(threads: 2, kernels: selection)).compile(Self.graph())
        return selection.choices.mapValues(\.kernel)
    }
}

extension [KernelSelection] {
    fileprivate func asyncMap<Result>(_ body: (KernelSelection) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for selection in self { results.append(try await body(selection)) }
        return results
    }
}
