import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// Some test digits drawn with characters, and the predictions of a run's network.
struct Gallery {
    let text: String

    private struct Exhibit {
        let image: CharacterImage
        let caption: String
    }

    /// Two digits that the network classifies correctly, and one that it gets wrong, if any.
    init(_ folder: RunFolder, on device: Device) async throws {
        let model = try SavedModel(folder)
        guard let test = try DataSource.load("glyphs").test else {
            throw FoveaError(.internalDefect, "The built-in digits have no test part.")
        }
        let classifier = try await Classifier(model, device: device)
        let labels = try test.labels()
        let batch = try test.batch(0..<test.count, preprocessing: model.preprocessing)
        let rankings = try await classifier.predictions(batch.images, limit: 1)
        let isRight = zip(rankings, labels).map { $0[0].index == Int($1) }
        // Consecutive test digits differ, so that the gallery shows different ones.
        let right = isRight.indices.filter { isRight[$0] }
        let wrong = isRight.indices.first { !isRight[$0] }
        let shown = [3, 14, 27].compactMap { right.indices.contains($0) ? right[$0] : nil }.prefix(wrong == nil ? 3 : 2)
        let exhibits = try (shown + [wrong].compactMap { $0 }).compactMap { index -> Exhibit? in
            guard let image = try test.example(at: index).image else { return nil }
            let prediction = rankings[index][0]
            let name = test.classNames[prediction.index]
            let truth = isRight[index] ? "" : ", but is \(test.classNames[Int(labels[index])])"
            return Exhibit(
                image: CharacterImage(image),
                caption: "\(name) (\(prediction.probability.percent))\(truth)")
        }
        text = Self.sideBySide(exhibits)
    }

    private static func sideBySide(_ exhibits: [Exhibit]) -> String {
        let height = exhibits.map(\.image.lines.count).max() ?? 0
        let widths = exhibits.map { max($0.image.lines.first?.count ?? 0, $0.caption.count) }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            var line = padded.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        let pictures = (0..<height).map { row in
            line(exhibits.map { $0.image.lines.indices.contains(row) ? $0.image.lines[row] : "" })
        }
        return (pictures + [line(exhibits.map(\.caption))]).joined(separator: "\n")
    }
}
