import FoveaFoundation
import FoveaGraph
public import FoveaNN
import FoveaRuntime

/// All that a training needs to go on as if it had never stopped: the same steps give the same bits.
public struct Checkpoint: Sendable {
    /// The network's parameters and statistics under their paths; the optimizers' slots, averages of weights and means of
    /// gradients under `slot/path`.
    public let tensors: Weights
    /// How many steps had been made, one for each batch.
    public let stepCount: Int
    /// Where the random numbers of steps and of the order of examples come from.
    public let seed: UInt64
    /// Where in the data the training was.
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

/// A place in the epochs of a data set, whose order is a pure function of the seed.
public struct DataPlace: Hashable, Sendable {
    /// Epochs that are over.
    public var epochs: Int
    /// Batches of the present epoch that steps have been made on.
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
    /// All that this training needs to go on.
    public func checkpoint() async throws -> Checkpoint {
        let kept = try keptTypes
        let present = kept.map(\.name).filter(states.contains)
        let values = Dictionary(uniqueKeysWithValues: zip(present, try await states.read(present)))
        // What no step has needed yet is zero.
        let tensors = Weights(kept.map { ($0.name, values[$0.name] ?? Tensor(repeating: 0, $0.type)) })
        return Checkpoint(tensors: tensors, stepCount: stepCount, seed: seed, place: place)
    }

    /// Goes on where a checkpoint of the same network and rule was taken.
    ///
    /// - Throws: ``FoveaError`` that names everything that is missing, not expected or of another type; nothing has changed
    ///   then.
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

    /// Keeps where in the data the training is.
    func move(to place: DataPlace) { self.place = place }

    /// The weights' averages, with the statistics and the frozen parameters as they are now.
    ///
    /// - Throws: ``FoveaError`` when the rule keeps none.
    public func averagedWeights() async throws -> Weights {
        guard rule.averaging != nil else {
            throw FoveaError(
                .usage, "This training keeps no averages of its weights.",
                remedy: "Give its UpdateRule a WeightAveraging.")
        }
        let averaged = Set(try rule.slots(for: parameters).map(\.name))
        let names = parameters.map { parameter in
            let name = WeightAveraging.stateName(of: parameter.path)
            // Before the first update there is nothing but the weights themselves.
            return averaged.contains(name) && stepCount >= rule.batchesPerUpdate ? name : parameter.path
        }
        return Weights(zip(parameters.map(\.path), try await states.read(names)))
    }

    /// The names and types of all that the training keeps on the device.
    private var keptTypes: [OptimizerSlot] {
        get throws {
            try parameters.map { OptimizerSlot(name: $0.path, type: $0.type) } + rule.slots(for: parameters)
        }
    }
}
