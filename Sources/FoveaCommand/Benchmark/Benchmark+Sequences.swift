import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

extension Benchmark {
    /// Times a network over sequences.
    func run(_ entry: SequenceZoo.Entry, _ optimizer: any Optimizer) async throws {
        let timed = try sequenceBenchmark(of: entry)
        let device = try device.open(compiling: CompileOptions(withoutPasses: Set(withoutPass)))
        let measured = try await measured(timed, optimizer, on: device, explaining: explain ? 5 : nil)
        let report = BenchmarkReport(
            model: entry.name, mode: mode, images: timed.shape, classes: timed.classes,
            threads: device.backend.profile.threads, device: device.backend.name, precision: device.precision,
            compilation: measured.compilation,
            steps: measured.durations, multiplyAdds: try Summary(of: measured.network).totalMultiplyAdds,
            peakMemory: ProcessMemory.peakByteCount, memoryGrowth: measured.memoryGrowth,
            explanation: measured.explanation)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }

    func sequenceBenchmark(of entry: SequenceZoo.Entry) throws -> SequenceBenchmark {
        try SequenceBenchmark(
            entry, input: network.input?.extents, classes: network.classes ?? 10, width: width, batchSize: batchSize,
            shortest: shortest, seed: random.seed)
    }

    /// - Parameter runs: the number of steps that are measured node by node, if any.
    func measured(
        _ timed: SequenceBenchmark, _ optimizer: any Optimizer, on device: Device, explaining runs: Int?
    ) async throws -> MeasuredSequences {
        switch mode {
        case .train: try await trained(timed, optimizer, device, runs)
        case .infer: try await inferred(timed, device, runs)
        }
    }

    struct MeasuredSequences {
        let network: TracedNetwork
        let compilation: Duration
        let durations: [Duration]
        let memoryGrowth: Int?
        let explanation: Explanation?
    }

    private func trained(
        _ timed: SequenceBenchmark, _ optimizer: any Optimizer, _ device: Device, _ runs: Int?
    ) async throws -> MeasuredSequences {
        let traced = TracedNetwork(timed.network, inputs: timed.inputs, hasDropout: !noDropout)
        let trainer = try await Trainer(
            traced, objective: Classification(), rule: UpdateRule(optimizer), device: device, seed: random.seed,
            weights: try startingWeights(of: traced, from: weights))
        let clock = ContinuousClock()
        let begin = clock.now
        _ = try await trainer.program(forExamples: timed.batch.indices.count)
        let compilation = begin.duration(to: clock.now)
        let measured = try await measure(trainer, timed.batch)
        return MeasuredSequences(
            network: traced, compilation: compilation, durations: measured.durations,
            memoryGrowth: measured.memoryGrowth,
            explanation: try await runs.asyncMap { try await trainer.explain(timed.batch, runs: $0) })
    }

    private func inferred(
        _ timed: SequenceBenchmark, _ device: Device, _ runs: Int?
    ) async throws -> MeasuredSequences {
        let traced =
            stream ? try timed.streamed() : TracedNetwork(timed.network, inputs: timed.inputs, hasDropout: false)
        // The state before the first step is 0.
        let inputs = try traced.inputs.batched(timed.batch.indices.count).map { name, type in
            (name, timed.batch.values[name] ?? Tensor(repeating: 0, type))
        }
        let clock = ContinuousClock()
        let begin = clock.now
        let inference = try await TimedInference(
            of: traced, inputs: Dictionary(uniqueKeysWithValues: inputs),
            weights: try startingWeights(of: traced, from: weights), on: device)
        let compilation = begin.duration(to: clock.now)
        _ = try await inference.durations(lengths.warmup)
        let start = ProcessMemory.residentByteCount
        let durations = try await inference.durations(lengths.timed)
        return MeasuredSequences(
            network: traced, compilation: compilation, durations: durations, memoryGrowth: growth(since: start),
            explanation: try await runs.asyncMap { try await inference.explain(runs: $0) })
    }
}

extension SequenceBenchmark {
    /// The memory alone, fed in pieces.
    ///
    /// - Throws: ``FoveaError`` when the network has none, or reads backwards too.
    fileprivate func streamed() throws -> TracedNetwork {
        guard let memory = network.encoder as? RecurrentEncoder, memory.recurrent.directions == 1 else {
            throw FoveaError(
                .usage, "The network has no memory of the steps before that could go on.",
                remedy: "Use `rnn`, `lstm` or `gru`, or leave --stream out.")
        }
        let stream = RecurrentStream(memory.recurrent)
        return TracedNetwork(stream, inputs: stream.inputs(channels: shape[1], steps: shape[2]), hasDropout: false)
    }
}
