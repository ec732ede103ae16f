import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaTraining

/// The images to which runs give different answers, with the true class and each run's answer.
struct DisagreementSheet {
    let image: DecodedImage
    /// More would make the sheet large and help nobody.
    private static let maximum = 60

    /// - Throws: ``FoveaError`` when an image cannot be read.
    init(_ compared: ComparedRuns, of source: any ExampleSource) throws {
        let positions = compared.comparison.disagreements
        let shown = positions.count > Self.maximum ? ", \(Self.maximum) of them here" : ""
        let title =
            [CaptionedSheet.Line("\(positions.count) of \(compared.labels.count) images get different answers\(shown)")]
            + compared.runs.enumerated().map { CaptionedSheet.Line("\($0.offset + 1) = \($0.element.path)") }
        // Evenly spaced, so that each class has its share.
        let count = min(positions.count, Self.maximum)
        let cells = try (0..<count).map { positions[$0 * positions.count / count] }.compactMap {
            position -> CaptionedSheet.Cell? in
            let truth = compared.labels[position]
            guard let picture = try source.example(at: compared.indices[position]).image else { return nil }
            let answers = compared.answers.enumerated().map { run, answers in
                CaptionedSheet.Line(
                    "\(run + 1) \(compared.classNames[answers[position]])",
                    answers[position] == truth ? .right : .wrong)
            }
            return CaptionedSheet.Cell(
                picture: picture, caption: [CaptionedSheet.Line("is \(compared.classNames[truth])")] + answers)
        }
        image = try CaptionedSheet(title: title, cells: cells).image()
    }
}
