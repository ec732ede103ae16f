import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Synchronization
import Testing

@Suite("Sources with faults, in training and evaluation")
struct FaultySourceTests {
    /// Grey images of 1×2×2 of three classes, which are not known before they are read.
    private struct Greys: ExampleSource {
        enum Fault {
            case none, unreadable, larger, unlabelled
            case label(Int32)
        }

        struct Unreadable: Error, CustomStringConvertible {
            let description = "the disk is gone"
        }

        let name = "greys"
        let count = 40
        let classNames = ["dark", "middle", "light"]
        var fault = Fault.none
        /// Which example has the fault.
        var position = 25

        func example(at index: Int) throws -> Example {
            var (height, label) = (2, Int32(index % 3) as Int32?)
            if index == position {
                switch fault {
                case .none: break
                case .unreadable: throw Unreadable()
                case .larger: height = 3
                case .unlabelled: label = nil
                case .label(let other): label = other
                }
            }
            let pixels = [UInt8](repeating: UInt8(index % 3 * 100 + index), count: 2 * height)
            return Example(image: try DecodedImage(channels: 1, height: height, width: 2, pixels: pixels), label: label)
        }
    }

    private let plan = TrainingPlan(epochs: 1, batchSize: 10, isShuffled: false)
    private let preprocessing: Preprocessing

    init() throws { preprocessing = try Preprocessing(fittedTo: Greys()) }

    private func trainer() async throws -> Trainer {
        let network = Sequential {
            Flatten()
            Dense(3)
        }
        return try await Trainer(
            network, input: [1, 2, 2], optimizer: SGD(learningRate: 0.1), device: Device(ReferenceBackend()))
    }

    /// Trains until the end or an error.
    private func outcome(_ source: any ExampleSource) async throws -> (losses: [Float], weights: Weights, FoveaError?) {
        let trainer = try await trainer()
        var losses: [Float] = []
        do {
            for try await event in try trainer.fit(source, preprocessing: preprocessing, plan: plan) {
                if case .step(let report, _, _, _) = event { losses.append(report.loss) }
            }
            return (losses, try await trainer.weights(), nil)
        } catch let error as FoveaError {
            return (losses, try await trainer.weights(), error)
        }
    }

    @Test("an example that cannot be read stops the epoch by name, and the steps before it stand")
    func unreadable() async throws {
        let sound = try await outcome(Greys().prefix(20))
        let (losses, weights, error) = try await outcome(Greys(fault: .unreadable))
        #expect(error?.problem == "example 25 of `greys`: the disk is gone")
        #expect(losses == sound.losses && losses.count == 2)
        #expect(weights.tensors == sound.weights.tensors)
    }

    @Test("examples that cannot be read can be left out of training, statistics and evaluation, each time by name")
    func leftOut() async throws {
        let told = Mutex<[String]>([])
        let leavingOut: LeavingOut = { example, source in
            told.withLock { $0.append("\(source) \(example.index): \(example.error.fault)") }
        }
        let trainer = try await trainer()
        var counts: [Int] = []
        let plan = TrainingPlan(epochs: 2, batchSize: 10, isShuffled: false)
        for try await event in try trainer.fit(
            Greys(fault: .unreadable), validation: Greys(fault: .larger, position: 3), preprocessing: preprocessing,
            plan: plan, leavingOut: leavingOut)
        {
            if case .step(let report, _, _, _) = event { counts.append(report.count) }
        }
        #expect(counts == [10, 10, 9, 10, 10, 10, 9, 10], "nothing takes the place of the example")
        let larger = "greys 3: The image is 1×3×2, the model was made for 1×2×2."
        #expect(told.withLock { $0 } == ["greys 25: the disk is gone", larger, "greys 25: the disk is gone", larger])
        let figures = try await trainer.classifier.evaluate(
            Greys(fault: .unreadable), preprocessing: preprocessing, batchSize: 1, leavingOut: leavingOut)
        #expect(figures.count == 39, "a batch of which nothing is left is no batch")
        let whole = try SourceSummary(of: Greys(fault: .larger, position: 0).subset(Array(1..<40)))
        let part = try SourceSummary(of: Greys(fault: .unreadable, position: 0), failures: .kept)
        #expect(part.mean == whole.mean)
        #expect(throws: FoveaError.self) { try SourceSummary(of: Greys(fault: .unreadable)) }
    }

    @Test("a training ends with the error of whoever decides what is left out")
    func refused() async throws {
        let trainer = try await trainer()
        let error = await #expect(throws: FoveaError.self) {
            for try await _ in try trainer.fit(
                Greys(fault: .unreadable), preprocessing: preprocessing, plan: plan,
                leavingOut: { _, _ in throw FoveaError(.badData, "too many") })
            {}
        }
        #expect(error?.problem == "too many")
    }

    @Test("an example of another shape, or without a label, stops the epoch by name and says what differs")
    func changed() async throws {
        let larger = try await outcome(Greys(fault: .larger))
        #expect(larger.losses.count == 2)
        #expect(
            larger.2?.problem == "example 25 of `greys`: The image is 1×3×2, the model was made for 1×2×2.")
        let unlabelled = try await outcome(Greys(fault: .unlabelled))
        #expect(unlabelled.losses.count == 2)
        #expect(unlabelled.2?.problem.hasPrefix("example 25 of `greys`: Its type differs: `labels` is missing") == true)
    }

    @Test(
        "a label that is no output of the network is told with its example when it is read",
        arguments: [3, -1] as [Int32])
    func label(label: Int32) async throws {
        let source = Greys(fault: .label(label))
        let (losses, _, error) = try await outcome(source)
        #expect(losses.count == 2)
        #expect(error?.problem == "The label \(label) of example 25 is none of the network's 3 outputs.")
        let evaluation = await #expect(throws: FoveaError.self) {
            _ = try await trainer().classifier.evaluate(source, preprocessing: preprocessing, batchSize: 10)
        }
        #expect(
            evaluation?.problem == "The label \(label) of example 25 of `greys` is none of the network's 3 outputs.")
    }

    @Test("evaluation of a source gives the same figures for any batch size, and names what cannot be read")
    func evaluation() async throws {
        let classifier = try await trainer().classifier
        let whole = try await classifier.evaluate(Greys(), preprocessing: preprocessing)
        let pieces = try await classifier.evaluate(Greys(), preprocessing: preprocessing, batchSize: 7)
        #expect(whole.count == 40 && whole.confusion == pieces.confusion)
        let error = await #expect(throws: FoveaError.self) {
            _ = try await classifier.evaluate(Greys(fault: .unreadable), preprocessing: preprocessing)
        }
        #expect(error?.problem == "example 25 of `greys`: the disk is gone")
    }

    @Test("a transform of the training part is drawn anew in each epoch, and validation goes without it")
    func transforms() async throws {
        struct Brightness: Transform {
            func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
                var example = example
                let factor = random.uniform(at: 0)
                if let image = example.image {
                    example.image = try DecodedImage(
                        channels: image.channels, height: image.height, width: image.width,
                        pixels: image.pixels.map { UInt8(Double($0) * factor) })
                }
                return example
            }
        }
        func losses(_ transforms: [any Transform]) async throws -> (training: [Float], validation: [Float?]) {
            let trainer = try await trainer()
            var (training, validation): ([Float], [Float?]) = ([], [])
            let twice = TrainingPlan(epochs: 2, batchSize: 40, isShuffled: false)
            // Without learning, the same images give the same loss.
            for try await event in try trainer.fit(
                Greys(), validation: Greys(), transforms: transforms, preprocessing: preprocessing, plan: twice)
            {
                switch event {
                case .step(let report, _, _, _):
                    training.append(report.loss)
                    try await trainer.load(Weights(initializing: trainer.parameters, seed: 42), source: "the test")
                case .epoch(let metrics): validation.append(metrics.validationLoss)
                }
            }
            return (training, validation)
        }
        let plain = try await losses([])
        let changed = try await losses([Brightness()])
        #expect(plain.training[0] == plain.training[1])
        #expect(changed.training[0] != changed.training[1] && changed.training[0] != plain.training[0])
        #expect(changed.validation == plain.validation)
    }
}
