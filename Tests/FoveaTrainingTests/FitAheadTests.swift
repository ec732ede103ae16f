import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Synchronization
import Testing

@testable import FoveaTraining

@Suite("Training on a device that computes while the host goes on")
struct FitAheadTests {
    /// The reference, as a device whose runs return before they end: what is brought ahead, and read, is counted.
    private struct AheadBackend: Backend {
        let name = "ahead"
        let profile = BackendProfile(summary: "the reference, ahead", isAsynchronous: true)
        let log: Log

        func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool { true }
        func makeBuffers(_ types: [TensorType]) throws -> [any DeviceBuffer] { ReferenceBackend().makeBuffers(types) }
        func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
            Logged(base: try ReferenceBackend().compile(graph, state: state), log: log)
        }
        func stage(_ tensor: Tensor) throws -> any DeviceValue {
            log.add("stage \(tensor.dataType.rawValue)")
            return Staged(tensor: tensor)
        }
    }

    private struct Staged: DeviceValue {
        let tensor: Tensor
        var type: TensorType { tensor.type }
        func read() -> Tensor { tensor }
    }

    private struct Logged: Executable {
        let base: any Executable
        let log: Log
        var steps: [ExecutableStep] { base.steps }

        func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue] {
            log.add("run with \(inputs.count { $0 is Staged }) staged")
            return try base.run(inputs, stopwatch: stopwatch)
        }
    }

    private final class Log: Sendable {
        private let events = Mutex<[String]>([])
        func add(_ event: String) { events.withLock { $0.append(event) } }
        var all: [String] { events.withLock { $0 } }
    }

    /// Pictures of three classes, one of which may be unreadable.
    private struct Greys: ExampleSource {
        struct Unreadable: Error, CustomStringConvertible {
            let description = "the disk is gone"
        }

        let name = "greys"
        let count = 40
        let classNames = ["dark", "middle", "light"]
        var unreadable: Range<Int> = 0..<0

        func example(at index: Int) throws -> Example {
            if unreadable.contains(index) { throw Unreadable() }
            let pixels = [UInt8](repeating: UInt8(index % 3 * 100 + index), count: 4)
            return Example(
                image: try DecodedImage(channels: 1, height: 2, width: 2, pixels: pixels), label: Int32(index % 3))
        }
    }

    private func trainer(_ backend: any Backend, _ learningRate: Double) async throws -> Trainer {
        let network = Sequential {
            Flatten()
            Dense(3)
        }
        return try await Trainer(
            network, input: [1, 2, 2], optimizer: SGD(learningRate: learningRate), device: Device(backend))
    }

    private struct Course: Equatable {
        var losses: [Float] = []
        var validations: [Named<Double>?] = []
        var places: [DataPlace] = []
        var weights: [[Tensor]] = []
        var error: String?
    }

    /// Trains, with a look at the weights and the place after each step, as who writes checkpoints has it.
    private func course(
        _ backend: any Backend, _ source: Greys, leavingOut: LeavingOut? = nil, learningRate: Double = 0.1
    ) async throws -> Course {
        let trainer = try await trainer(backend, learningRate)
        var course = Course()
        do {
            let plan = TrainingPlan(epochs: 2, batchSize: 10, isShuffled: false)
            for try await event in try trainer.fit(
                source, validation: Greys(), preprocessing: Preprocessing(fittedTo: Greys()), plan: plan,
                leavingOut: leavingOut)
            {
                switch event {
                case .step(let report, _, _, _):
                    course.losses.append(report.loss)
                    course.places.append(await trainer.place)
                    course.weights.append(try await trainer.weights().namedTensors.map(\.tensor))
                case .epoch(let metrics): course.validations.append(metrics.validation)
                }
            }
        } catch {
            course.error = "\(error)"
            course.weights.append(try await trainer.weights().namedTensors.map(\.tensor))
        }
        return course
    }

    @Test("The next batch is brought while a step runs; losses, weights and places are those of any other device")
    func same() async throws {
        let log = Log()
        let ahead = try await course(AheadBackend(log: log), Greys())
        #expect(try await ahead == course(ReferenceBackend(), Greys()))
        #expect(ahead.losses.count == 8 && ahead.validations.count == 2 && ahead.error == nil)
        // Pictures as bytes and classes of the first batch, which is standardized; then each step starts before the next batch
        // is brought.
        let events = log.all.filter { !$0.hasSuffix(" 0 staged") }
        #expect(Set(events.prefix(2)) == ["stage uint8", "stage int32"])
        #expect(events[2...3] == ["run with 1 staged", "run with 1 staged"])
        #expect(Set(events[4...5]) == ["stage uint8", "stage int32"])
        #expect(events.count { $0 == "stage uint8" } == 8 && events.count { $0 == "run with 1 staged" } == 16)
    }

    @Test("A training that diverges stops with the same words, and the weights before the step")
    func diverging() async throws {
        let ahead = try await course(AheadBackend(log: Log()), Greys(), learningRate: 1e39)
        #expect(try await ahead == course(ReferenceBackend(), Greys(), learningRate: 1e39))
        #expect(ahead.error?.contains("Training diverged") == true, "\(ahead)")
    }

    @Test("An example that cannot be read is an error when its turn comes, not a step earlier")
    func unreadable() async throws {
        let source = Greys(unreadable: 25..<26)
        let ahead = try await course(AheadBackend(log: Log()), source)
        #expect(try await ahead == course(ReferenceBackend(), source))
        #expect(ahead.losses.count == 2 && ahead.error?.contains("the disk is gone") == true, "\(ahead)")
    }

    @Test("What is left out is left out, a whole batch too, and the place counts it")
    func leftOut() async throws {
        let source = Greys(unreadable: 10..<21)
        let courses = try await [AheadBackend(log: Log()) as any Backend, ReferenceBackend()].asyncMap { backend in
            try await course(backend, source, leavingOut: { _, _ in })
        }
        #expect(courses[0] == courses[1])
        #expect(courses[0].losses.count == 6 && courses[0].error == nil, "\(courses[0])")
        #expect(courses[0].places.map(\.batches) == courses[1].places.map(\.batches))
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
