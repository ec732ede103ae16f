import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaTraining

/// What is doubtful about the way in which images reach a trained network, in words and as JSON.
struct PreprocessingReport {
    private let check: PreprocessingCheck
    private let preprocessing: Preprocessing
    /// The height and the width of the images of the training; nil where nobody says.
    private let trainedSize: (height: Int, width: Int)

    init(_ check: PreprocessingCheck, _ preprocessing: Preprocessing, trainedSize: (height: Int, width: Int)) {
        (self.check, self.preprocessing, self.trainedSize) = (check, preprocessing, trainedSize)
    }

    /// A sentence for each doubt.
    var warnings: [String] { [expectation, range, size].compactMap { $0 } }

    private var expectation: String? {
        guard let layer = check.layer, let distance = check.distance, let nearest = check.better.first else {
            return nil
        }
        let names = check.better.map(\.preparation.name).joined(separator: ", or ")
        return
            "the weights seem to expect images standardized in another way: \(names). What \(quoted(layer)) reads now is far from "
            + "what it read in training (\(distance.text(digits: 2)), and \(nearest.distance.text(digits: 2)) that way; 0 is the "
            + "same, 1 has nothing in common). The metadata `mean` and `std` of the weights' file, or the `model.json` of a run, "
            + "decide"
    }

    private var range: String? {
        guard check.layer == nil, check.isUnusual else { return nil }
        func text(_ numbers: [Double]) -> String { numbers.map { $0.text(digits: 1) }.joined(separator: ", ") }
        return
            "the network reads numbers with means of \(text(check.inputMeans)) and deviations of \(text(check.inputDeviations)), "
            + "and most weights expect means near 0 and deviations near 1; without batch normalization nothing tells what these expect"
    }

    private var size: String? {
        let (own, trained) = (
            Double(max(preprocessing.height, preprocessing.width)), Double(max(trainedSize.height, trainedSize.width))
        )
        guard own * 2 < trained || own > trained * 2 else { return nil }
        return
            "the images are \(preprocessing.height)×\(preprocessing.width), and the network is made for "
            + "\(trainedSize.height)×\(trainedSize.width): what is in them looks \(own < trained ? "smaller" : "larger") to it than "
            + "in training. --image-size changes that"
    }

    var json: JSONValue {
        func numbers(_ values: [Double]) -> JSONValue { .array(values.map(JSONValue.number)) }
        return [
            "layer": check.layer.map(JSONValue.string) ?? .null,
            "distance": check.distance.map(JSONValue.number) ?? .null,
            "input_mean": numbers(check.inputMeans), "input_standard_deviation": numbers(check.inputDeviations),
            "better": .array(
                check.better.map { candidate in
                    [
                        "name": .string(candidate.preparation.name), "distance": .number(candidate.distance),
                        "mean": .array(candidate.preparation.mean.map { JSONValue($0) }),
                        "standard_deviation": .array(candidate.preparation.standardDeviation.map { JSONValue($0) }),
                        "is_reversed": .boolean(candidate.preparation.isReversed),
                    ]
                }),
            "warnings": .array(warnings.map(JSONValue.string)),
        ]
    }
}
