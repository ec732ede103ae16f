public import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN

extension Classifier {
    /// Loss, accuracy and confusion over a data set, whose images are converted to the network's channels.
    ///
    /// - Parameters:
    ///   - transforms: applied to each example before it is standardized.
    ///   - views: the views of each image whose probabilities are averaged; loss and accuracy are those of the mean.
    ///   - batchSize: number of images measured at a time; fewer are where that many do not fit in memory.
    ///   - leavingOut: receives the examples that cannot be read, which are then not measured. By default they are errors.
    /// - Throws: ``FoveaError`` when the network has other classes or a result is not finite; with the name of the example
    ///   when one cannot be read, does not fit the preprocessing, or has a label that is not a class.
    public func evaluate(
        _ source: any ExampleSource, transforms: [any Transform] = [], preprocessing: Preprocessing,
        averaging views: TestTimeAugmentation = .none, batchSize: Int = 250, leavingOut: LeavingOut? = nil
    ) async throws -> Evaluation {
        var figures = Evaluation(classNames: source.classNames, calibration: calibration)
        try await measure(source, transforms, preprocessing, views, batchSize, leavingOut) { _, logits, labels, loss in
            figures.add(logits: logits, labels: labels, loss: loss)
        }
        return figures
    }

    /// The logits of all examples of a data set, without the temperature.
    ///
    /// - Throws: as ``evaluate(_:transforms:preprocessing:averaging:batchSize:leavingOut:)``; and when there is not enough memory
    ///   for all logits.
    public func classify(
        _ source: any ExampleSource, transforms: [any Transform] = [], preprocessing: Preprocessing,
        averaging views: TestTimeAugmentation = .none, batchSize: Int = 250, leavingOut: LeavingOut? = nil
    ) async throws -> ClassifiedExamples {
        let classes = try network.signature.classCount
        try AvailableMemory.require(
            saturatingProduct(source.count, saturatingProduct(classes, MemoryLayout<Float>.size)),
            for: "keeping the results of \(source.count) images")
        var examples = ClassifiedExamples(classes: classes)
        try await measure(source, transforms, preprocessing, views, batchSize, leavingOut) {
            indices, logits, labels, _ in
            examples.append(logits, labels, at: indices)
        }
        return examples
    }

    /// The calibration that fits a data set on which the network was not trained.
    ///
    /// - Parameter wantedPrecision: the fraction of right answers that a threshold is to keep, between 0 and 1; nil for no threshold.
    /// - Throws: as ``classify(_:transforms:preprocessing:averaging:batchSize:leavingOut:)`` and ``Calibration``.
    public func calibrate(
        on source: any ExampleSource, preprocessing: Preprocessing, wantedPrecision: Double? = nil,
        leavingOut: LeavingOut? = nil
    ) async throws -> Calibration {
        try Calibration(
            await classify(source, preprocessing: preprocessing, leavingOut: leavingOut),
            wantedPrecision: wantedPrecision)
    }

    /// Runs the network on all examples.
    ///
    /// - Parameter add: receives the positions of a batch's examples, their logits [N, classes] and labels, and the mean loss.
    private func measure(
        _ source: any ExampleSource, _ transforms: [any Transform], _ preprocessing: Preprocessing,
        _ views: TestTimeAugmentation, _ batchSize: Int, _ leavingOut: LeavingOut?,
        add: (_ indices: [Int], _ logits: Tensor, _ labels: [Int32], _ loss: Float) -> Void
    ) async throws {
        let signature = try network.signature
        try source.expectClasses(signature.classCount)
        guard source.count > 0 else {
            throw FoveaError(
                .badData, "`\(source.name)` has no examples to measure.", remedy: "Give it at least one.")
        }
        let size = try await self.batchSize(upTo: min(batchSize, source.count), preprocessing, views)
        let loader = try DataLoader(
            source.converted(toChannels: preprocessing.channels), transforms: transforms + [preprocessing],
            batchSize: size,
            order: EpochOrder(seed: 0, isShuffled: false), failures: leavingOut == nil ? .thrown : .kept)
        for try await batch in loader where try batch.isFilled(leavingOut: leavingOut, of: source.name) {
            let labels = try batch.classIndices(for: signature.outputs, of: source.name)
            guard views == .none else {
                let logits = try await logits(batch.images, averaging: views)
                add(batch.indices, logits, labels, logits.surprise(at: labels))
                continue
            }
            let measured = try await evaluation.measure(batch, of: source.name)
            let logits = try measured.results.tensor(GraphName.logits)
            try await expectFinite(logits, for: batch.images)
            add(batch.indices, logits, labels, Float(try measured.means[GraphName.loss]))
        }
    }

    /// The number of images, up to a limit, to measure at a time.
    private func batchSize(
        upTo limit: Int, _ preprocessing: Preprocessing, _ views: TestTimeAugmentation
    ) async throws -> Int {
        guard views == .none else {
            return try await batchSize(
                upTo: Shape(validating: [limit] + preprocessing.exampleShape.dimensions))
        }
        return try await evaluation.batchSize(upTo: limit, of: Self.inputs(preprocessing.exampleShape))
    }
}
