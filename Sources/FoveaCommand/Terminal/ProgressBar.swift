import FoveaTraining

/// A line that shows the progress of an epoch, redrawn a few times a second; nothing where nobody watches.
struct ProgressBar {
    private let epochs: Int
    /// What a second's examples are.
    private let examples: String
    private var epoch = 0
    private var start = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?
    private var lossSum = 0.0
    private var correct = 0
    private var count = 0

    init(epochs: Int, examples: String = "images") { (self.epochs, self.examples) = (epochs, examples) }

    mutating func advance(_ step: StepReport, epoch: Int, stepInEpoch: Int, stepsPerEpoch: Int) {
        guard StandardError.isTerminal else { return }
        if epoch != self.epoch {
            self.epoch = epoch
            (lossSum, correct, count) = (0, 0, 0)
            start = .now
        }
        lossSum += Double(step.loss) * Double(step.count)
        correct += step.correct
        count += step.count
        let now = ContinuousClock.now
        if stepInEpoch < stepsPerEpoch, let drawn, now - drawn < .milliseconds(100) { return }
        drawn = now
        draw(stepInEpoch, stepsPerEpoch, seconds: (now - start) / .seconds(1))
    }

    /// Makes room for another line.
    mutating func clear() {
        if drawn != nil { StandardError.write("\r\u{1B}[K") }
        drawn = nil
    }

    private func draw(_ step: Int, _ steps: Int, seconds: Double) {
        // The duration of the first step is not yet known when it ends.
        let isTimed = seconds > 0 && step > 1
        let remaining = Double((epochs - epoch) * steps + steps - step) * seconds / Double(step)
        // As wide at the first step as at the last, so that the bar keeps its length.
        let words = [
            "\(step.grouped)/\(steps.grouped)".rightAligned(2 * steps.grouped.count + 1),
            (isTimed ? "\((Double(count) / seconds).groupedWhole) \(examples)/s" : "").rightAligned(15),
            (isTimed ? "\(remaining.countdown) left" : "").rightAligned(9),
            "loss \((lossSum / Double(count)).fourDecimals)",
            "accuracy \((Double(correct) / Double(count)).percent.rightAligned(8))",
        ]
        let title = "epoch \(epoch)/\(epochs) "
        StandardError.bar(title: title, text: " " + words.joined(separator: "  "), done: step, of: steps)
    }
}
