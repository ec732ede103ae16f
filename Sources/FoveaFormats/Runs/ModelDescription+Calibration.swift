import FoveaFoundation
import FoveaGraph

extension ModelDescription {
    /// The relation of a network's logits x to how often its answers are right: the probabilities are softmax(x / temperature).
    public struct Calibration: Hashable, Sendable {
        /// The top probability from which on the network answers.
        public struct Threshold: Hashable, Sendable {
            public let probability: Double
            /// The wanted fraction of right answers.
            public let precision: Double

            /// - Throws: ``FoveaError`` when the probability is not from 0 to 1, or the precision not between them.
            public init(probability: Double, precision: Double) throws {
                try ModelDescription.require(
                    (0...1).contains(probability),
                    "The field `calibration.threshold` is \(probability), not a number from 0 to 1.")
                try ModelDescription.require(
                    precision > 0 && precision < 1,
                    "The field `calibration.precision` is \(precision), not a number between 0 and 1.")
                (self.probability, self.precision) = (probability, precision)
            }
        }

        /// The temperatures that make sense.
        public static let temperatures = 0.1...10

        public let temperature: Double
        /// The number of examples that the temperature was fitted to.
        public let examples: Int
        /// The expected calibration error on these examples, with the temperature.
        public let expectedCalibrationError: Double
        /// Nil where the network always answers.
        public let threshold: Threshold?

        /// - Throws: ``FoveaError`` naming the number that makes no sense.
        public init(
            temperature: Double, examples: Int, expectedCalibrationError: Double, threshold: Threshold? = nil
        ) throws {
            let range = Self.temperatures
            try ModelDescription.require(
                range.contains(temperature),
                "The field `calibration.temperature` is \(temperature), not a number from \(range.lowerBound) to "
                    + "\(range.upperBound).")
            try ModelDescription.require(
                examples > 0, "The field `calibration.examples` is \(examples), not a number of at least 1.")
            try ModelDescription.require(
                (0...1).contains(expectedCalibrationError),
                "The field `calibration.expected_calibration_error` is \(expectedCalibrationError), not a number from 0 to 1."
            )
            (self.temperature, self.examples) = (temperature, examples)
            (self.expectedCalibrationError, self.threshold) = (expectedCalibrationError, threshold)
        }
    }
}

extension ModelDescription.Calibration {
    /// The calibration in the form of `model.json`.
    var json: JSONValue {
        let fields: [(String, JSONValue)] = [
            ("temperature", .number(temperature)), ("examples", .integer(examples)),
            ("expected_calibration_error", .number(expectedCalibrationError)),
        ]
        let chosen: [(String, JSONValue)]? = threshold.map {
            [("threshold", .number($0.probability)), ("precision", .number($0.precision))]
        }
        return JSONValue(fields: fields + (chosen ?? []))
    }

    /// Reads the form that ``json`` writes.
    init(_ fields: JSONFields) throws {
        try fields.refuseFields(besides: [
            "temperature", "examples", "expected_calibration_error", "threshold", "precision",
        ])
        let hasThreshold = fields.contains("threshold") || fields.contains("precision")
        try self.init(
            temperature: fields.number("temperature"), examples: fields.integer("examples", in: 1...Int.max),
            expectedCalibrationError: fields.number("expected_calibration_error"),
            threshold: hasThreshold
                ? Threshold(probability: fields.number("threshold"), precision: fields.number("precision")) : nil)
    }
}
