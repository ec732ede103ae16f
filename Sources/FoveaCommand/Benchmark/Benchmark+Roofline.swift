import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

extension Benchmark {
    /// The networks take turns, so that a disturbance of the machine that lasts affects all of them.
    private static let rounds = 5

    /// Compares networks with the machine's ceilings.
    func compareWithRoofline(_ optimizer: any Optimizer) async throws {
        let names = try modelNames()
        let device = try device.open(compiling: CompileOptions(withoutPasses: Set(withoutPass)))
        var rounds: [[Explanation]] = Array(repeating: [], count: names.count)
        for _ in 0..<Self.rounds {
            for (index, name) in names.enumerated() {
                var options = network
                options.model = name
                rounds[index].append(try await explanation(of: options, optimizer, on: device))
            }
        }
        // The highest ceilings of all rounds hold for all networks.
        let ceilings = Ceilings(highestOf: rounds.joined().compactMap(\.ceilings))
        let report = RooflineReport(
            mode: mode, batchSize: batchSize ?? 1, rounds: Self.rounds, device: device.backend.name,
            precision: device.precision,
            threads: device.backend.profile.threads, ceilings: ceilings,
            networks: zip(names, rounds).map { ($0, Explanation(medianOf: $1, ceilings: ceilings)) })
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }

    /// The steps of one network, measured after a warm-up. Compiled for this alone: so the networks need not fit in memory
    /// together.
    private func explanation(
        of options: NetworkOptions, _ optimizer: any Optimizer, on device: Device
    ) async throws -> Explanation {
        if let entry = SequenceZoo.entry(named: options.model) {
            let timed = try sequenceBenchmark(of: entry)
            let measured = try await measured(timed, optimizer, on: device, explaining: steps ?? 5)
            guard let explanation = measured.explanation else { preconditionFailure("it was asked for") }
            return explanation
        }
        let network = try options.network()
        let images = try Shape(validating: [batchSize ?? 1] + network.input.dimensions)
        let (_, trainer) = try await trainer(of: network, images, optimizer, on: device)
        let batch = try Batch(random: images, classes: network.classes, seed: random.seed)
        let durations =
            switch mode {
            case .train: try await trainer.timedSteps(batch, lengths.warmup).map(\.duration)
            case .infer: try await trainer.classifier.timedLogits(batch.images, lengths.warmup)
            }
        return try await explanation(trainer, batch, step: durations.quantile(0.5), runs: steps)
    }

    /// The networks that `--model` names.
    private func modelNames() throws -> [String] {
        if network.model == "all" { return ModelZoo.entries.map(\.name) }
        let names = network.model.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        if names.contains("") {
            throw FoveaError(
                .usage, "--model \(network.model) has an empty name.",
                remedy: "Separate the names of networks by single commas.")
        }
        return names
    }

    /// Throws ``FoveaError`` for options that mean nothing beside `--roofline`.
    func checkRooflineOptions() throws {
        guard roofline else { return }
        let others = [
            ("--explain", explain), ("--stream", stream), ("--batch", batch != nil), ("--weights", weights != nil),
            ("--outputs", outputs != nil), ("--warmup", warmup != nil),
        ]
        if let (flag, _) = others.first(where: \.1) {
            throw FoveaError(
                .usage, "--roofline compares networks on random images, so \(flag) means nothing.",
                remedy: "Leave one of them out.")
        }
    }
}

extension Ceilings {
    /// The highest of several measurements; nil of none.
    fileprivate init?(highestOf measured: [Ceilings]) {
        guard let first = measured.first else { return nil }
        let bandwidths = first.bandwidths.indices.map { index in
            Bandwidth(
                byteCount: first.bandwidths[index].byteCount,
                bytesPerSecond: measured.map { $0.bandwidths[index].bytesPerSecond }.max() ?? 0)
        }
        self.init(
            operationsPerSecond: measured.map(\.operationsPerSecond).max() ?? 0, bandwidths: bandwidths,
            synchronization: measured.map(\.synchronization).min() ?? 0)
    }
}

extension Explanation {
    /// Several measurements of the same program: the median time of each step.
    fileprivate init(medianOf rounds: [Explanation], ceilings: Ceilings?) {
        let measured = rounds[0].lines.indices.map { index in
            let times = rounds.map { $0.lines[index].seconds }.sorted()
            return (step: rounds[0].lines[index].step, seconds: times[times.count / 2])
        }
        self.init(measured, ceilings: ceilings)
    }
}
