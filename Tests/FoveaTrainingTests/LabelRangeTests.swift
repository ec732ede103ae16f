import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaTraining

@Suite("Labels beyond the network's outputs")
struct LabelRangeTests {
    private static let backends: [any Backend] =
        [ReferenceBackend()] + ((try? CPUBackend(threads: 1)).map { [$0] } ?? [])

    private func network() -> any Layer {
        Sequential {
            Flatten()
            Dense(3)
        }
    }

    private func batch(_ labels: [Int32], indices: [Int]) throws -> Batch {
        Batch(
            indices: indices,
            images: try Tensor([labels.count, 1, 2, 2], [Float](repeating: 0.5, count: 4 * labels.count)),
            labels: Tensor(integers: labels))
    }

    private func failure(_ body: () async throws -> Void) async -> FoveaError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? FoveaError
        }
    }

    @Test("are refused before the step, with the label, the example and the number of outputs", arguments: [0, 1])
    func steps(backend: Int) async throws {
        let trainer = try await Trainer(
            network(), input: [1, 2, 2], optimizer: SGD(), device: Device(Self.backends[backend]))
        let before = try await trainer.weights()
        for (label, indices, example) in [
            (Int32(3), [70, 71], "example 71"), (-1, [70, 71], "example 71"), (.max, [], "row 1 of the batch"),
        ] {
            let error = await failure { _ = try await trainer.step(batch([2, label], indices: indices)) }
            #expect(error?.code == .badData)
            #expect(error?.problem == "The label \(label) of \(example) is none of the network's 3 outputs.")
            #expect(error?.remedy.contains("use 0 to 2") == true)
            let timed = await failure {
                _ = try await trainer.timedSteps(batch([2, label], indices: indices), .runs(1))
            }
            #expect(timed == error)
            let explained = await failure {
                _ = try await trainer.explain(batch([2, label], indices: indices), runs: 1)
            }
            #expect(explained == error)
        }
        let after = try await trainer.weights()
        #expect(before.tensors == after.tensors, "nothing was trained")
        #expect(await trainer.stepCount == 0)
        #expect(try await trainer.step(batch([2, 0], indices: [0, 1])).loss.isFinite)
    }

    @Test("no examples, images that are not finite and a factor that is none are not training that diverged")
    func otherCauses() async throws {
        let trainer = try await Trainer(
            network(), input: [1, 2, 2], optimizer: SGD(), device: Device(ReferenceBackend()))
        let empty = await failure {
            _ = try await trainer.step(
                Batch(indices: [], images: Tensor([0, 1, 2, 2], [Float]()), labels: Tensor(integers: [])))
        }
        #expect(empty?.problem.contains("no examples") == true, "\(String(describing: empty))")
        let pixels = [0, 1, 2, 3, 4, 5, .nan, 7] as [Float]
        let damaged = await failure {
            _ = try await trainer.step(
                Batch(indices: [7, 9], images: Tensor([2, 1, 2, 2], pixels), labels: Tensor(integers: [0, 1])))
        }
        #expect(damaged?.problem == "The pixels of example 9 are not finite.")
        let factor = await failure {
            _ = try await trainer.step(batch([0, 1], indices: [0, 1]), learningRateFactor: .nan)
        }
        #expect(factor?.problem == "The factor of the learning rate is nan.")
    }

    private func dataset(_ labels: [Int32], classes: Int) throws -> Dataset {
        try Dataset(
            name: "squares", classNames: (0..<classes).map { "class \($0)" }, labels: labels,
            pixels: [UInt8](repeating: 9, count: 4 * labels.count), channels: 1, height: 2, width: 2)
    }

    @Test("are refused before an epoch begins, in the training and in the validation part, and before measuring")
    func fit() async throws {
        let trainer = try await Trainer(
            network(), input: [1, 2, 2], optimizer: SGD(), device: Device(ReferenceBackend()))
        let fitting = try dataset([0, 1, 2], classes: 3)
        let wide = try dataset([0, 1, 4], classes: 5)
        let preprocessing = try Preprocessing(fittedTo: fitting)
        let plan = TrainingPlan(epochs: 1, batchSize: 1)
        let training = await failure { _ = try trainer.fit(wide, preprocessing: preprocessing, plan: plan) }
        #expect(training?.problem == "The label 4 of example 2 of `squares` is none of the network's 3 outputs.")
        let validation = await failure {
            _ = try trainer.fit(fitting, validation: wide, preprocessing: preprocessing, plan: plan)
        }
        #expect(validation?.problem == "The network has 3 classes, but the data set `squares` has 5.")
        let measured = await failure { _ = try await trainer.classifier.evaluate(wide, preprocessing: preprocessing) }
        #expect(measured == validation)
    }
}
