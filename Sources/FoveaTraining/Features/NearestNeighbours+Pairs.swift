import FoveaFoundation
import FoveaGraph
public import FoveaRuntime

extension NearestNeighbours {
    /// Two rows and their distance.
    public struct Pair: Hashable, Sendable {
        public let first: Int
        /// Larger than `first`.
        public let second: Int
        public let distance: Double
    }

    /// The most pairs that are listed: of a picture that is there a thousand times there are half a million.
    public static let pairLimit = 100_000

    /// The pairs of rows that are no farther apart than a threshold, nearest first.
    ///
    /// All are compared with all, by products of matrices on a device; pairs that may be near enough are measured again in
    /// double precision.
    ///
    /// - Parameter threshold: the largest distance, not negative.
    /// - Throws: ``FoveaError`` when there are more than ``pairLimit``, or too little memory.
    public func pairs(within threshold: Double, on device: Device) async throws -> [Pair] {
        guard threshold >= 0, threshold.isFinite else {
            throw FoveaError(.usage, "The largest distance is \(threshold).", remedy: "Use a number from 0 on.")
        }
        let blocks = try RowBlocks(features, width: width, isNormalized: metric == .cosine)
        let program = try await device.compile(blocks.productGraph)
        var pairs: [Pair] = []
        for first in 0..<blocks.count {
            for second in first..<blocks.count {
                try Task.checkCancellation()
                let products = try await device.run(program, blocks.inputs(first, second)).tensor(RowBlocks.outputName)
                for (row, other) in blocks.candidates(products, first, second, metric, threshold) {
                    let distance = blocks.distance(row, other, metric)
                    if distance <= threshold { pairs.append(Pair(first: row, second: other, distance: distance)) }
                }
                guard pairs.count <= Self.pairLimit else {
                    throw FoveaError(
                        .usage, "More than \(Self.pairLimit) pairs are within a distance of \(threshold).",
                        remedy: "Choose a smaller --threshold.")
                }
            }
        }
        return pairs.sorted { ($0.distance, $0.first, $0.second) < ($1.distance, $1.first, $1.second) }
    }
}

/// Rows of features in blocks of equal height, the last one filled up with zeros.
private struct RowBlocks {
    private let blocks: [Tensor]
    private let rowCount: Int
    private let width: Int
    /// ‖x‖² of each row.
    private let squares: [Double]

    static let outputName = "products"
    private static let height = 1024
    /// The relative error of a product in single precision, with a margin.
    private static let precision = 1e-4

    var count: Int { blocks.count }

    /// - Parameter isNormalized: whether rows are divided by their length.
    init(_ features: Tensor, width: Int, isNormalized: Bool) throws {
        (rowCount, self.width) = (features.shape[0], width)
        try AvailableMemory.require(
            features.type.byteCount, for: "comparing \(features.shape) features with each other")
        var (squares, blocks): ([Double], [Tensor]) = ([], [])
        // Safe: the elements are `rowCount` rows of `width` floats, and each block has `height` of them.
        unsafe features.withBytes { bytes in
            let elements = unsafe bytes.assumingMemoryBound(to: Float.self)
            for start in stride(from: 0, to: features.shape[0], by: Self.height) {
                let block = unsafe Tensor(.float32(Shape([Self.height, width]))) { memory in
                    let target = unsafe memory.bindMemory(to: Float.self)
                    unsafe target.update(repeating: 0)
                    for row in 0..<min(Self.height, features.shape[0] - start) {
                        let from = (start + row) * width
                        var square = 0.0
                        for column in 0..<width {
                            let element = unsafe Double(elements[from + column])
                            square += element * element
                        }
                        let scale = isNormalized && square > 0 ? 1 / square.squareRoot() : 1
                        for column in 0..<width {
                            unsafe target[row * width + column] = Float(scale * Double(elements[from + column]))
                        }
                        squares.append(isNormalized ? (square > 0 ? 1 : 0) : square)
                    }
                }
                blocks.append(block)
            }
        }
        (self.squares, self.blocks) = (squares, blocks)
    }

    /// The products of the rows of two blocks, [height, height].
    var productGraph: Graph {
        get throws {
            let builder = GraphBuilder()
            let type = TensorType.float32(Shape([Self.height, width]))
            let product = try MatrixMultiplication(transposingRight: true).applied(
                to: builder.input("first", type), builder.input("second", type))
            builder.output(Self.outputName, product)
            return builder.graph
        }
    }

    func inputs(_ first: Int, _ second: Int) -> [String: Tensor] { ["first": blocks[first], "second": blocks[second]] }

    /// The pairs of rows of two blocks that may be within a distance.
    func candidates(
        _ products: Tensor, _ first: Int, _ second: Int, _ metric: NearestNeighbours.Metric, _ threshold: Double
    ) -> [(Int, Int)] {
        var found: [(Int, Int)] = []
        let starts = (first * Self.height, second * Self.height)
        let counts = (min(Self.height, rowCount - starts.0), min(Self.height, rowCount - starts.1))
        // Safe: there are `height` rows of as many products.
        unsafe products.withBytes { bytes in
            let products = unsafe bytes.assumingMemoryBound(to: Float.self)
            for row in 0..<counts.0 {
                let square = squares[starts.0 + row]
                for other in (first == second ? row + 1 : 0)..<max(counts.1, first == second ? row + 1 : 0) {
                    let product = unsafe Double(products[row * Self.height + other])
                    let isNear =
                        switch metric {
                        case .cosine: 1 - product <= threshold + Self.precision
                        case .euclidean:
                            square + squares[starts.1 + other] - 2 * product
                                <= threshold * threshold + Self.precision * (square + squares[starts.1 + other])
                        }
                    if isNear { found.append((starts.0 + row, starts.1 + other)) }
                }
            }
        }
        return found
    }

    func distance(_ row: Int, _ other: Int, _ metric: NearestNeighbours.Metric) -> Double {
        // Safe: both rows lie within their blocks.
        unsafe blocks[row / Self.height].withBytes { first in
            unsafe blocks[other / Self.height].withBytes { second in
                let x = unsafe first.assumingMemoryBound(to: Float.self)
                let y = unsafe second.assumingMemoryBound(to: Float.self)
                let starts = (row % Self.height * width, other % Self.height * width)
                var (dot, squares, distance) = (0.0, (0.0, 0.0), 0.0)
                for column in 0..<width {
                    let (a, b) = unsafe (Double(x[starts.0 + column]), Double(y[starts.1 + column]))
                    dot += a * b
                    squares = (squares.0 + a * a, squares.1 + b * b)
                    distance += (a - b) * (a - b)
                }
                return metric == .cosine
                    ? NearestNeighbours.cosineDistance(dot, squares.0, squares.1) : distance.squareRoot()
            }
        }
    }
}
