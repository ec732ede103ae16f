import FoveaFoundation
import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// What a network over sequences costs, whatever it learns.
public struct ContestFigures: Hashable, Sendable {
    public let parameters: Int
    /// For one sequence of all steps.
    public let multiplyAdds: Int
    /// The number of steps that a filter of the last layer sees; nil where a memory has seen all steps before.
    public let receptiveField: Int?
    /// Memory of a training step; nil where the device cannot tell.
    public let trainingByteCount: Int?
    /// Median seconds that one whole sequence takes.
    public let secondsPerSequence: Double
    /// Median seconds of one more step of a sequence from the memory of those before; nil where there is none.
    public let secondsPerStep: Double?

    /// - Parameters:
    ///   - step: one step of the network from a state, where it has one.
    ///   - batchSize: that of a training step.
    /// - Throws: ``FoveaError`` when the network does not fit its inputs.
    public init(
        of network: TracedNetwork, step: TracedNetwork?, batchSize: Int, on device: Device
    ) async throws {
        let summary = try Summary(of: network)
        parameters = summary.totalParameters
        multiplyAdds = summary.totalMultiplyAdds
        receptiveField = summary.layers.last { $0.type == "Conv1D" }?.receptiveField.first
        let training = try TrainingGraph(
            network, objective: Classification(), rule: UpdateRule(AdamW(learningRate: 0.001)),
            batch: network.inputs.batched(batchSize))
        trainingByteCount = try device.backend.predictedByteCount(
            of: device.optimized(training.graph).graph, state: [:])
        secondsPerSequence = try await Self.median(of: network, on: device)
        secondsPerStep = if let step { try await Self.median(of: step, on: device) } else { nil }
    }

    /// Median seconds of the network on one example of ones, all of whose steps are valid.
    private static func median(of network: TracedNetwork, on device: Device) async throws -> Double {
        let types = try network.inputs.batched(1)
        // A length of 1 would leave out the others.
        let steps = Double(try types[GraphName.sequences].shape.dimensions.last ?? 1)
        let inputs = types.map { ($0, Tensor(repeating: $0 == GraphName.lengths ? steps : 1, $1)) }
        let inference = try await TimedInference(
            of: network, inputs: Dictionary(uniqueKeysWithValues: inputs), on: device)
        _ = try await inference.durations(.about(.seconds(0.1), atLeast: 5))
        let sorted = try await inference.durations(.about(.seconds(0.5), atLeast: 11)).sorted()
        return sorted[sorted.count / 2] / .seconds(1)
    }
}
