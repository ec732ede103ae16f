import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaTraining

/// A network over sequences, trained or not, for sequences of some size.
struct SequenceNetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sequences that a network over sequences is made for. (default: the run's, or --input and --classes)",
            valueName: "data"))
    var data: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of filters, or size of the state, of a network over sequences. (default: the network's usual one)",
            valueName: "count"))
    var width: Int?

    @OptionGroup var preparation: SequencePreparationOptions

    /// The network that the options describe.
    struct Network {
        let network: TracedNetwork
        /// The shape of one sequence: channels and steps, or steps of tokens.
        let input: Shape
        /// The weights of a run.
        let weightsPath: String?
    }

    /// The first of these options that is on the command line.
    private var firstFlag: String? {
        [
            ("--data", data != nil), ("--width", width != nil), ("--missing", preparation.missing != nil),
            ("--scaling", preparation.scaling != nil), ("--tokens", preparation.tokens != nil),
            ("--window", preparation.window != nil), ("--stride", preparation.stride != nil),
            ("--horizon", preparation.horizon != nil), ("--forecast", !preparation.forecast.isEmpty),
        ].first { $0.1 }?.0
    }

    /// Nil where the model is one for images.
    ///
    /// - Throws: ``FoveaError`` when the options do not go together, or the data cannot be read.
    func network(_ other: NetworkOptions) throws -> Network? {
        if let width, !(1...1_000_000).contains(width) {
            throw FoveaError(.usage, "--width is \(width).", remedy: "Use 1 to 1,000,000.")
        }
        if let entry = SequenceZoo.entry(named: other.model) { return try network(entry, other) }
        if let run = try ModelReference(other.model).sequenceRun { return try network(run, other) }
        guard let flag = firstFlag else { return nil }
        throw FoveaError(
            .usage, "\(flag) is for networks over sequences, and `\(other.model)` is one for images.",
            remedy: "Leave it out.")
    }

    private func network(_ entry: SequenceZoo.Entry, _ other: NetworkOptions) throws -> Network {
        let problem: SequenceZoo.Problem
        if let data {
            guard other.input == nil, other.classes == nil else {
                throw FoveaError(
                    .usage, "--data says how many steps and classes there are, and --input or --classes says it again.",
                    remedy: "Leave --input and --classes out.")
            }
            let splits = try SequenceData.load(data, options: preparation.loading())
            for note in splits.notes { StandardError.notice("\(note)") }
            problem = try SequenceZoo.Problem(
                classes: splits.training.classNames.count,
                try preparation.preparation(for: splits, isScaled: SequenceData.isScaled(data)))
        } else {
            if let flag = firstFlag, flag != "--width" {
                throw FoveaError(.usage, "\(flag) says how --data is read, and there is none.", remedy: "Give --data.")
            }
            guard let extents = other.input?.extents, extents.count == 2, let classes = other.classes,
                (1...1_000_000).contains(classes)
            else {
                throw FoveaError(
                    .usage, "`\(entry.name)` has no usual size of its sequences.",
                    remedy: "Give --data, or --input CHANNELSxSTEPS and --classes, such as --input 12x29 --classes 9.")
            }
            problem = SequenceZoo.Problem(classes: classes, channels: extents[0], steps: extents[1])
        }
        return try Network(
            TracedNetwork(entry.make(problem, width: width), inputs: problem.inputs), weightsPath: nil)
    }

    private func network(_ run: RunFolder, _ other: NetworkOptions) throws -> Network {
        if let flag = firstFlag ?? (other.classes != nil ? "--classes" : nil) {
            throw FoveaError(
                .usage, "\(flag) is for a network of the zoo; the run \(quoted(run.path)) has its own.",
                remedy: "Leave it out.")
        }
        var saved = try SavedSequenceModel(run)
        if let input = other.input {
            let own = saved.preparation.inputType.shape.dimensions
            guard input.extents.count == 2, own.count == 2, input.extents[0] == own[0], input.extents[1] >= own[1]
            else {
                throw FoveaError(
                    .usage,
                    "--input is \(input.extents.map(String.init).joined(separator: "x")), and the run "
                        + "\(quoted(run.path)) takes \(own.map(String.init).joined(separator: "x")).",
                    remedy: "Give as many channels, and as many steps or more.")
            }
            saved = try saved.taking(steps: input.extents[1])
        }
        return try Network(saved.network, weightsPath: saved.weightsPath)
    }
}

extension SequenceNetworkOptions.Network {
    fileprivate init(_ network: TracedNetwork, weightsPath: String?) throws {
        self.network = network
        input = try network.inputs[GraphName.sequences].shape
        self.weightsPath = weightsPath
    }
}
