public import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// A network's temperature and, where a precision is wanted, its threshold, with what they change on the examples that they
/// were fitted to.
public struct Calibration: Hashable, Sendable {
    /// Fewer examples do not determine a temperature: one answer more or less that is right moves it much.
    public static let fewestExamples = 50

    public let scaling: TemperatureScaling
    /// How often answers are right without the temperature.
    public let before: Reliability
    /// The same with it.
    public let after: Reliability
    /// Nil where no precision is wanted.
    public let threshold: AnswerThreshold?

    /// The number of examples that it was fitted to.
    public var examples: Int { after.count }

    /// - Parameters:
    ///   - examples: those that the network was not trained on.
    ///   - wantedPrecision: the fraction of right answers, between 0 and 1.
    /// - Throws: ``FoveaError`` when there are no examples, or when no threshold keeps the wanted precision.
    public init(_ examples: ClassifiedExamples, wantedPrecision: Double? = nil) throws {
        scaling = try TemperatureScaling(examples)
        before = Reliability(examples.answers(temperature: 1))
        let answers = examples.answers(temperature: scaling.temperature)
        after = Reliability(answers)
        threshold = try wantedPrecision.map { try AnswerThreshold(answers, wantedPrecision: $0) }
    }

    /// The calibration that is saved with a model.
    public var forModel: ModelDescription.Calibration {
        get throws {
            try ModelDescription.Calibration(
                temperature: scaling.temperature, examples: examples,
                expectedCalibrationError: after.expectedCalibrationError,
                threshold: threshold.map {
                    try ModelDescription.Calibration.Threshold(
                        probability: $0.probability, precision: $0.wantedPrecision)
                })
        }
    }
}
