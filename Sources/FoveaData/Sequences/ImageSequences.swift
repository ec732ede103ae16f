import FoveaFoundation
import FoveaGraph

/// Images read as sequences, a task for memories: by rows, or pixel by pixel.
///
/// A number is (x/255 − 0.1307)/0.3081, by MNIST's mean and deviation.
///
/// Source: Le, Jaitly and Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units", 2015.
enum ImageSequences: String, CaseIterable {
    /// One step for each row, one channel for each column.
    case rows
    /// One step for each pixel, row after row.
    case pixels
    /// One step for each pixel, in an order that is drawn once and is the same for all images.
    case permuted

    /// The reading and the folder of `rows:FOLDER`; nil for other names.
    static func named(_ source: String) -> (reading: ImageSequences, folder: String)? {
        guard let colon = source.firstIndex(of: ":"), let reading = ImageSequences(rawValue: String(source[..<colon]))
        else { return nil }
        return (reading, String(source[source.index(after: colon)...]))
    }

    /// The parts of a folder of IDX files as sequences.
    ///
    /// - Parameter permutationSeed: draws the order of ``permuted``.
    /// - Throws: ``FoveaError`` when there is no such folder, or its images are not grey.
    func load(folder: String, permutationSeed: UInt64 = 0) throws -> DataSplits {
        guard let files = try IDXFolder(path: folder) else {
            throw FoveaError(
                FileKind(at: folder) == nil ? .missingInput : .badData,
                "There are no IDX files of images at \(quoted(folder)).",
                remedy: "Give a folder with the four files of MNIST, as in \(rawValue):mnist.")
        }
        var splits = try files.load()
        splits.training = try sequences(splits.training, permutationSeed)
        splits.validation = try splits.validation.map { try sequences($0, permutationSeed) }
        splits.test = try splits.test.map { try sequences($0, permutationSeed) }
        return splits
    }

    private func sequences(_ source: any ExampleSource, _ seed: UInt64) throws -> any ExampleSource {
        guard let images = source as? Dataset, images.channels == 1 else {
            throw FoveaError(
                .badData, "\(quoted(source.name)) has images in colour.", remedy: "Give grey images, such as MNIST's.")
        }
        let (height, width) = (images.height, images.width)
        let pixels = height * width
        let (channels, steps) = self == .rows ? (width, height) : (1, pixels)
        try AvailableMemory.require(saturatingProduct(images.count, pixels * 4), for: "\(images.count) sequences")
        // The place in an image of each place in a sequence, [channel, step].
        let places: [Int] =
            switch self {
            case .rows: (0..<width).flatMap { column in (0..<height).map { $0 * width + column } }
            case .pixels: Array(0..<pixels)
            case .permuted: CounterBasedGenerator(seed: seed, purpose: "permuted pixels").permutation(of: pixels)
            }
        let scaled = (0..<256).map { (Float($0) / 255 - 0.1307) / 0.3081 }
        var values: [Float] = []
        values.reserveCapacity(images.count * pixels)
        for index in 0..<images.count {
            guard let image = images.example(at: index).image else { continue }
            let bytes = Array(image.bytes)
            for place in places { values.append(scaled[Int(bytes[place])]) }
        }
        return try SequenceSet(
            name: "\(rawValue) of \(images.name)", classNames: images.classNames, labels: images.labels,
            lengths: Array(repeating: steps, count: images.count), steps: .series(values, channels: channels))
    }
}
