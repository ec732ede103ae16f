import Foundation
import FoveaCPU
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import Testing

/// Gives its inputs as they are, under the name of an output.
private struct Passing: Network {
    let output: String

    func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> { [output: try inputs[GraphName.sequences]] }
}

@Suite("Objectives with targets")
struct TargetObjectiveTests {
    /// The loss and what else an objective measures, of outputs that are given.
    private func measured(
        _ objective: any Objective, _ output: String, _ outputs: Tensor, _ targets: [String: Tensor],
        on device: ComputeDevice
    ) async throws -> [String: Double] {
        let example = TensorType(Shape(Array(outputs.shape.dimensions.dropFirst())), .float32)
        let network = TracedNetwork(Passing(output: output), inputs: [GraphName.sequences: example])
        let graph = try EvaluationGraph(network, objective: objective, batch: [GraphName.sequences: outputs.type])
        let device = try device.open(BackendOptions(kernels: .fixed))
        let program = try await device.compile(graph.graph)
        let results = try await device.run(
            program, targets.merging([GraphName.sequences: outputs]) { $1 })
        var figures = try objective.hostMetrics(results, targets: targets).map { ($0, $1) }
        for name in graph.metrics + [GraphName.loss] {
            figures.append((name, try #require(results[name]?.doubles.first)))
        }
        return Dictionary(uniqueKeysWithValues: figures)
    }

    @Test(
        "a regression is measured by the mean of the squared and of the absolute errors",
        arguments: [ComputeDevice.cpu, .reference])
    func regression(_ device: ComputeDevice) async throws {
        let found = try await measured(
            Regression(), GraphName.predictions, Tensor([2, 2], elements: [1, 2, 3, -1] as [Float]),
            [GraphName.targets: Tensor([2, 2], elements: [1, 0, 2, 2] as [Float])], on: device)
        // Errors 0, 2, 1, −3.
        #expect(found == ["loss": 3.5, "mean_absolute_error": 1.5])
        // Divided by 1 and 2 before they are squared.
        let scaled = try await measured(
            Regression(scale: NumberScale(mean: [5, 5], deviation: [1, 2])), GraphName.predictions,
            Tensor([2, 2], elements: [1, 2, 3, -1] as [Float]),
            [GraphName.targets: Tensor([2, 2], elements: [1, 0, 2, 2] as [Float])], on: device)
        #expect(scaled == ["loss": 1.0625, "mean_absolute_error": 1.5])
    }

    @Test("classes of steps count where steps are valid, and nowhere else", arguments: [ComputeDevice.cpu, .reference])
    func steps(_ device: ComputeDevice) async throws {
        // [sequence, class, step]; the second sequence has two valid steps.
        let logits: [Float] = [2, 0, -1, 1, 0.25, 3, 0.5, 0, 9, -2, 1, -9]
        let targets: [Int32] = [0, 1, 1, 1, 0, 0]
        let found = try await measured(
            StepClassification(), GraphName.logits, Tensor([2, 2, 3], elements: logits),
            [
                GraphName.targets: Tensor([2, 3], elements: targets), GraphName.lengths: Tensor(integers: [3, 2]),
            ], on: device)
        // The classes' logits of each valid step, the right one first.
        let pairs: [(Double, Double)] = [(2, 1), (0.25, 0), (3, -1), (-2, 0.5), (0, 1)]
        let loss = pairs.map { log(1 + exp($0.1 - $0.0)) }.reduce(0, +) / 5
        #expect(abs(try #require(found["loss"]) - loss) < 1e-6)
        #expect(found["accuracy"] == 0.6)
    }

    @Test("targets that no output has are named")
    func misfits() throws {
        let steps = StepClassification().misfit(
            in: [GraphName.targets: try Tensor([2, 2], elements: [0, 1, 1, 7] as [Int32])],
            for: [GraphName.logits: .float32([3, 2])])
        #expect(steps?.row == 1)
        #expect(steps?.subject == "The class 7 of step 2")
        #expect(steps?.predicate == "is none of the network's 3")
        let numbers = Regression().misfit(
            in: [GraphName.targets: try Tensor([2, 1], elements: [0, .nan] as [Float])],
            for: [GraphName.predictions: .float32([1])])
        #expect(numbers?.row == 1)
        #expect(numbers?.predicate == "is nan")
    }

    @Test("an encoder that gives one answer for a sequence says so where each step asks for one")
    func noSteps() throws {
        let problem = SequenceZoo.Problem(.stepClasses(3), channels: 1, steps: 8)
        let network = TracedNetwork(
            try #require(SequenceZoo.entry(named: "fcn")).make(problem, width: 4), inputs: problem.inputs)
        let error = #expect(throws: FoveaError.self) { try network.signature }
        #expect(error?.description.contains("FCN gives one answer for a sequence, and not one for each step.") == true)
    }
}
