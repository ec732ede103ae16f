import CFoveaCUDA
import FoveaGraph
import Synchronization

/// The plan for each convolution on a device: the fastest of cuDNN's choices where they are timed, else the first; and what
/// earlier processes chose.
final class ConvolutionPlans: Sendable {
    /// The seconds that each of some plans takes; nil where they cannot be timed.
    typealias Timing = @Sendable (ConvolutionQuestion, [ConvolutionPlan]) -> [Double]?
    /// Those of some plans that give NaN where their images have it: cuDNN does not say what its rectifiers do.
    typealias Probe = @Sendable (ConvolutionQuestion, [ConvolutionPlan]) -> [ConvolutionPlan]

    private let choices: ConvolutionChoices
    private let cache: CompilationCache?
    private let timing: Timing?
    private let probe: Probe?
    /// What a choice depends on but for its question.
    private let key: String
    private let plans = Mutex<[ConvolutionQuestion: ConvolutionPlan?]>([:])
    /// First choices of questions that are yet to be timed.
    private let untimed = Mutex<[ConvolutionQuestion: ConvolutionPlan?]>([:])

    /// The number of choices that are timed.
    private static let timedCount = 8

    /// - Parameters:
    ///   - cache: the choices of earlier processes; nil for none.
    ///   - timing: nil where cuDNN's first choice is taken.
    ///   - probe: nil where no plan has a rectifier.
    init(
        _ choices: ConvolutionChoices, cache: CompilationCache? = nil, timing: Timing? = nil, probe: Probe? = nil
    ) {
        (self.choices, self.cache, self.timing, self.probe) = (choices, cache, timing, probe)
        let device = (try? choices.device.text(FOVEA_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION)) ?? ""
        let rules = [choices.allowsTensorFloat32 ? "TF32" : "strict", timing == nil ? "first" : "timed"]
        key =
            "cuDNN \(choices.version), \(rules.joined(separator: ", ")), \(device.filter { $0 != "\n" && $0 != "\0" })"
    }

    /// The plan for a question; nil where cuDNN has none that may be used.
    ///
    /// - Parameter isPrediction: whether the plan is only asked for its memory, so that nothing is timed.
    func plan(_ question: ConvolutionQuestion, isPrediction: Bool = false) -> ConvolutionPlan? {
        let rectifies = (question.epilogue?.rectifier ?? .none) != .none
        guard !rectifies || probe != nil else { return nil }
        if let known = plans.withLock({ $0[question] }) { return known }
        if isPrediction, let known = untimed.withLock({ $0[question] }) { return known }
        if let remembered = remembered(question) {
            plans.withLock { $0[question] = .some(remembered) }
            return remembered
        }
        if isPrediction, timing != nil || rectifies {
            let first = (try? choices.plans(question, atMost: 1))?.first
            untimed.withLock { $0[question] = .some(first) }
            return first
        }
        let plan = chosen(question, rectifies: rectifies)
        plans.withLock { $0[question] = .some(plan) }
        return plan
    }

    private func chosen(_ question: ConvolutionQuestion, rectifies: Bool) -> ConvolutionPlan? {
        let limit = timing == nil && !rectifies ? 1 : Self.timedCount
        var candidates = (try? choices.plans(question, atMost: limit)) ?? []
        if rectifies, let probe { candidates = probe(question, candidates) }
        guard let first = candidates.first else { return nil }
        guard let timing, candidates.count > 1 else {
            remember(first, question)
            return first
        }
        // What could not be timed, for want of memory, may be in the next process.
        guard let seconds = timing(question, candidates) else { return first }
        let fastest = zip(candidates, seconds).min { $0.1 < $1.1 }?.0 ?? first
        remember(fastest, question)
        return fastest
    }

    private func remember(_ plan: ConvolutionPlan, _ question: ConvolutionQuestion) {
        guard let cache, let text = try? plan.text() else { return }
        cache.keep(Array("\(plan.engine)\n\(text)".utf8), of: question.text, key: key)
    }

    private func remembered(_ question: ConvolutionQuestion) -> ConvolutionPlan? {
        guard let bytes = cache?.image(of: question.text, key: key) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 1)
        guard parts.count == 2, let engine = Int(parts[0]) else { return nil }
        return choices.plan(String(parts[1]), engine: engine)
    }
}
