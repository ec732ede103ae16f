import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
public import FoveaRuntime

/// Writes texts with a model of a language, token after token: each is drawn from softmax(logits / temperature) of those before it,
/// and the end of a text is a token too.
public struct TextGenerator: Sendable {
    private let vocabulary: Vocabulary
    private let predictor: Predictor
    private let prompt: [Int32]
    /// The number of tokens that a text has at most, with the one before the first.
    private let longest: Int
    /// The types of what the network remembers of a text, by name.
    private let state: Named<TensorType>

    /// - Parameters:
    ///   - prompt: what all texts begin with.
    ///   - length: the most tokens that a text has behind the prompt.
    /// - Throws: ``FoveaError`` when the model is none of a language, when the prompt has tokens that it does not know, or when its
    ///   weights cannot be read.
    public init(
        _ saved: SavedSequenceModel, prompt: String = "", length: Int, on device: Device
    ) async throws {
        guard saved.preparation.question == .nextToken, let vocabulary = saved.preparation.vocabulary,
            let network = saved.network.network as? SequenceNetwork
        else {
            throw FoveaError(
                .usage, "The model does not write: it was trained for something else than the next token.",
                remedy: "Train one with `fovea train --data TEXTS --model lstm --next-token`.")
        }
        self.vocabulary = vocabulary
        self.prompt = vocabulary.numbers(of: prompt)
        if let place = self.prompt.firstIndex(of: Vocabulary.unknown) {
            throw FoveaError(
                .usage, "Token \(place + 1) of the prompt \(quoted(prompt)) is none that the model has seen.",
                remedy: "Begin with others.")
        }
        longest = saturatingSum(saturatingSum(length, self.prompt.count), 1)
        let stream = try TokenStream(network)
        state = stream.inputs.filter { $0.0 != GraphName.sequences }.reduce(into: [:]) { $0.set($1.0, to: $1.1) }
        predictor = try await Predictor(
            TracedNetwork(stream, inputs: stream.inputs), weightsOf: saved, on: device)
    }

    /// Some texts, the same for the same seed.
    ///
    /// - Parameter temperature: 0 takes the most probable token each time; 1 draws as the model says; more is more daring.
    /// - Throws: ``FoveaError`` when there is not enough memory.
    public func texts(_ count: Int, temperature: Double, seed: UInt64) async throws -> [String] {
        guard count > 0 else { return [] }
        var rows = [[Int32]](repeating: [0] + prompt, count: count)
        var isDone = [Bool](repeating: false, count: count)
        var inputs: [String: Tensor] = [:]
        for (name, type) in state {
            inputs[name] = Tensor(
                repeating: 0, TensorType(try Shape(validating: [count] + type.shape.dimensions), type.dataType))
        }
        for step in 0..<longest - 1 where isDone.contains(false) {
            // What follows the end of a text is not read.
            let tokens = rows.map { step < $0.count ? $0[step] : 0 }
            inputs[GraphName.sequences] = try Tensor([count, 1], elements: tokens)
            var outputs = try await predictor(inputs)
            let scores = try outputs.tensor(GraphName.logits)
            outputs[GraphName.logits] = nil
            inputs = outputs
            guard step >= prompt.count else { continue }
            let (classes, numbers) = (scores.shape[1], scores.doubles)
            for row in rows.indices where !isDone[row] {
                // The numbers of a draw depend on the text and the place alone.
                let draw = CounterBasedGenerator(seed: seed, purpose: "text \(row)").uniform(at: step)
                let next = Self.token(
                    Array(numbers[row * classes..<(row + 1) * classes]), temperature: temperature, draw: draw)
                if next == 0 { isDone[row] = true } else { rows[row].append(Int32(next)) }
            }
        }
        return rows.map { vocabulary.text(of: $0) }
    }

    /// The token at `draw`, from 0 to 1, of the distribution; never the unknown one.
    private static func token(_ scores: [Double], temperature: Double, draw: Double) -> Int {
        let allowed = scores.indices.filter { $0 != Int(Vocabulary.unknown) }
        guard let best = allowed.max(by: { scores[$0] < scores[$1] }) else { return 0 }
        guard temperature > 0 else { return best }
        let weights = allowed.map { exp((scores[$0] - scores[best]) / temperature) }
        var rest = draw * weights.reduce(0, +)
        for (token, weight) in zip(allowed, weights) {
            rest -= weight
            if rest < 0 { return token }
        }
        return best
    }
}
