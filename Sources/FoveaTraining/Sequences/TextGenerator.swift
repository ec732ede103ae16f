import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
public import FoveaRuntime

/// Writes texts with a model of a language, token after token: each is drawn from softmax(logits / temperature) of those before it,
/// and the end of a text is a token too.
public struct TextGenerator: Sendable {
    private let model: SavedSequenceModel
    private let predictor: Predictor
    private let prompt: [Int32]
    /// The number of steps of the network's input.
    private let steps: Int

    /// - Parameters:
    ///   - prompt: what all texts begin with.
    ///   - length: the most tokens that a text has behind the prompt.
    /// - Throws: ``FoveaError`` when the model is none of a language, when the prompt has tokens that it does not know, or when its
    ///   weights cannot be read.
    public init(
        _ saved: SavedSequenceModel, prompt: String = "", length: Int, on device: Device
    ) async throws {
        guard saved.preparation.question == .nextToken, let vocabulary = saved.preparation.vocabulary else {
            throw FoveaError(
                .usage, "The model does not write: it was trained for something else than the next token.",
                remedy: "Train one with `fovea train --data TEXTS --model lstm --next-token`.")
        }
        self.prompt = vocabulary.numbers(of: prompt)
        if let place = self.prompt.firstIndex(of: Vocabulary.unknown) {
            throw FoveaError(
                .usage, "Token \(place + 1) of the prompt \(quoted(prompt)) is none that the model has seen.",
                remedy: "Begin with others.")
        }
        let written = saturatingSum(length, self.prompt.count)
        steps = saturatingSum(written, saved.preparation.question.addedSteps)
        // A network that was made for more steps takes fewer too: the rest is padding.
        model = try saved.taking(steps: written)
        predictor = try await Predictor(model, device: device)
    }

    /// Some texts, the same for the same seed.
    ///
    /// - Parameter temperature: 0 takes the most probable token each time; 1 draws as the model says; more is more daring.
    /// - Throws: ``FoveaError`` when there is not enough memory.
    public func texts(_ count: Int, temperature: Double, seed: UInt64) async throws -> [String] {
        guard let vocabulary = model.preparation.vocabulary, count > 0 else { return [] }
        let columns = model.preparation.length
        var rows = [[Int32]](repeating: [0] + prompt, count: count)
        var isDone = [Bool](repeating: false, count: count)
        while isDone.contains(false), let written = rows.map(\.count).max(), written < steps {
            let tokens = rows.flatMap { $0 + [Int32](repeating: 0, count: columns - $0.count) }
            let logits = try await predictor([
                GraphName.sequences: try Tensor([count, columns], elements: tokens),
                GraphName.lengths: Tensor(integers: rows.map { Int32($0.count) }),
            ]).tensor(GraphName.logits)
            let (classes, numbers) = (logits.shape[1], logits.floats)
            for row in rows.indices where !isDone[row] {
                let step = rows[row].count - 1
                let scores = (0..<classes).map { Double(numbers[(row * classes + $0) * columns + step]) }
                // The numbers of a draw depend on the text and the place alone.
                let draw = CounterBasedGenerator(seed: seed, purpose: "text \(row)").uniform(at: step)
                let next = Self.token(scores, temperature: temperature, draw: draw)
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
