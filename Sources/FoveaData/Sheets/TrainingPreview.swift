import FoveaGraph

/// What a network sees of some training examples: each as it is, and then as it is in the first epochs.
package struct TrainingPreview {
    private let rows: [ContactSheet.Row]
    private let side: Int

    /// - Parameters:
    ///   - transforms: those of the training, the preprocessing last, which is left out but for its sizing.
    ///   - seed: that of the training.
    ///   - examples: the number of examples, of all classes in turn.
    /// - Throws: ``FoveaError`` that names the example that cannot be read or does not fit.
    package init(
        of source: any ExampleSource, transforms: [any Transform], seed: UInt64, examples: Int, epochs: Int
    ) throws {
        let labels = try source.labels()
        let assemblies = (1...max(1, epochs)).map {
            BatchAssembly(source, transforms: transforms, seed: seed, epoch: $0)
        }
        let indices = Self.indices(labels, count: examples)
        let seen = try indices.map { index in
            try source.locatingErrors(ofExample: index) {
                (
                    original: try source.example(at: index).image,
                    epochs: try assemblies.compactMap { try $0.example(at: index).image }
                )
            }
        }
        let largest = seen.flatMap(\.epochs).map { max($0.height, $0.width) }.max() ?? 1
        let side = largest > 256 ? 256 : largest * max(1, 112 / largest)
        self.side = side
        rows = try zip(indices, seen).map { index, seen in
            let name = source.classNames.isEmpty ? "" : "\(source.classNames[Int(labels[index])]), "
            return ContactSheet.Row(
                title: "\(name)example \(index): as it is, then in epochs 1 to \(seen.epochs.count)",
                pictures: try ([seen.original].compactMap { $0 } + seen.epochs).map { try $0.fitting(side) })
        }
    }

    package var sheet: DecodedImage { ContactSheet(rows, side: side).image }

    /// One example of each class, then the next ones.
    private static func indices(_ labels: [Int32], count: Int) -> [Int] {
        let classes = Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }.map(\.value)
        let longest = classes.map(\.count).max() ?? 0
        return Array(
            (0..<longest).lazy.flatMap { round in classes.lazy.compactMap { round < $0.count ? $0[round] : nil } }
                .prefix(count))
    }
}
