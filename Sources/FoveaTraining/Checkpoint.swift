import FoveaFoundation
import FoveaGraph
public import FoveaNN
import FoveaRuntime

/// Everything that a training needs to continue as if it had never stopped: the same steps give the same bits.
public struct Checkpoint: Sendable {
    /// The network's parameters and statistics under their paths; the optimizers' slots, averages of weights and means of
    /// gradients under `slot/path`.
    public let tensors: Weights
    /// Number of steps made, one for each batch.
    public let stepCount: Int
    /// Seed of the random numbers of steps and of the order of examples.
    public let seed: UInt64
    /// The training's position in the data.
    public let place: DataPlace

    public init(
        tensors: Weights, stepCount: Int, seed: UInt64, place: DataPlace = DataPlace()
    ) {
        self.tensors = tensors
        self.stepCount = stepCount
        self.seed = seed
        self.place = place
    }
}

/// A position in the epochs of a data set, whose order is a pure function of the seed.
public struct DataPlace: Hashable, Sendable {
    /// Number of completed epochs.
    public var epochs: Int
    /// Number of batches of the current epoch that steps have been made on.
    public var batches: Int
    /// The loss and the metrics over those batches.
    public var means: WeightedMeans

    public init(epochs: Int = 0, batches: Int = 0, means: WeightedMeans = WeightedMeans()) {
        self.epochs = epochs
        self.batches = batches
        self.means = means
    }
}

extension Trainer {
    /// Everything that this training needs to continue.
    public func checkpoint() async throws -> Checkpoint {
        let kept = try keptTypes
        let present = kept.map(\.name).filter(states.contains)
        let values = Dictionary(uniqueKeysWithValues: zip(present, try await states.read(present)))
        // A state that no step has needed yet is zero.
        let tensors = Weights(kept.map { ($0.name, values[$0.name] ?? Tensor(repeating: 0, $0.type)) })
        return Checkpoint(tensors: tensors, stepCount: stepCount, seed: seed, place: place)
    }

    /// Continues where a checkpoint of the same network and rule was taken.
    ///
    /// - Throws: ``FoveaError`` that names everything that is missing, unexpected or of another type; nothing has
    ///   changed then.
    public func restore(_ checkpoint: Checkpoint) async throws {
        let kept = try keptTypes
        var misfits = WeightMisfits()
        for state in kept {
            guard let tensor = checkpoint.tensors[state.name] else {
                misfits.missing.append(state.name)
                continue
            }
            if tensor.type != state.type {
                misfits.misshapen.append("\(quoted(state.name)) is \(tensor.type), the training has \(state.type)")
            }
        }
        let known = Set(kept.map(\.name))
        misfits.unexpected = checkpoint.tensors.namedTensors.map(\.name).filter { !known.contains($0) }
        if let problem = misfits.description {
            throw FoveaError(
                .badData, "The checkpoint is not of this training: \(problem).",
                remedy: "Restore it with the network, the optimizers and the groups that it was taken with.")
        }
        let place = checkpoint.place
        let counts = [
            ("step", checkpoint.stepCount), ("epoch", place.epochs), ("batch", place.batches),
            ("example", place.means.count),
        ]
        if let negative = counts.first(where: { $0.1 < 0 }) {
            throw FoveaError(
                .badData, "The checkpoint's \(negative.0) count is \(negative.1).",
                remedy: "Use a checkpoint as a trainer gives it.")
        }
        try await states.write(checkpoint.tensors.namedTensors)
        (stepCount, seed, self.place) = (checkpoint.stepCount, checkpoint.seed, place)
    }

    /// Sets the training's position in the data.
    func move(to place: DataPlace) { self.place = place }

    /// The averages of the weights, with the current statistics and frozen parameters.
    ///
    /// - Throws: ``FoveaError`` when the rule keeps none.
    public func averagedWeights() async throws -> Weights {
        guard rule.averaging != nil else {
            throw FoveaError(
                .usage, "This training keeps no averages of its weights.",
                remedy: "Give its UpdateRule a WeightAveraging.")
        }
        let names = try parameters.map { try stateName(ofModel: $0.path) }
        return Weights(zip(parameters.map(\.path), try await states.read(names)))
    }

    /// The weights that the training makes: the averages where the rule keeps them, else the network's own.
    public func modelWeights() async throws -> Weights {
        try await rule.averaging == nil ? weights() : averagedWeights()
    }

    /// The name of the state that holds a parameter of the model that the training makes.
    func stateName(ofModel path: String) throws -> String {
        // Before the first update there are only the weights themselves.
        guard rule.averaging != nil, stepCount >= rule.batchesPerUpdate else { return path }
        let name = WeightAveraging.stateName(of: path)
        return try rule.slots(for: parameters).contains { $0.name == name } ? name : path
    }

    /// The names and types of all state that the training keeps on the device.
    private var keptTypes: [OptimizerSlot] {
        get throws {
            try parameters.map { OptimizerSlot(name: $0.path, type: $0.type) } + rule.slots(for: parameters)
        }
    }
}
