import FoveaCPU
import FoveaData
import FoveaFoundation
public import FoveaGraph

/// The rows of features that are nearest to a query, found by comparing it with all of them.
public struct NearestNeighbours: Sendable {
    public enum Metric: String, CaseIterable, Sendable {
        /// 1 − x·y / (‖x‖ ‖y‖), from 0 to 2; 1 where one of them is zero.
        case cosine
        /// ‖x − y‖
        case euclidean
    }

    public struct Neighbour: Hashable, Sendable {
        /// Position of the row.
        public let index: Int
        public let distance: Double
    }

    let features: Tensor
    public let metric: Metric
    let width: Int
    public var count: Int { features.shape[0] }

    /// - Parameter features: f32; the first axis is that of the rows.
    /// - Throws: ``FoveaError`` when they are something else.
    public init(among features: Tensor, by metric: Metric = .cosine) throws {
        guard features.shape.rank > 1, features.dataType == .float32 else {
            throw FoveaError(
                .usage, "The features are \(features.type), not a row of f32 for each example.",
                remedy: "Give a matrix [examples, features].")
        }
        (self.features, self.metric) = (features, metric)
        width = features.shape.elementCount / max(1, features.shape[0])
    }

    /// Number of rows that a thread compares at a time.
    private static let blockLength = 256

    /// The nearest rows, nearest first; of equally near ones the first.
    ///
    /// Reads each row once, on all processors; the result does not depend on their number.
    ///
    /// - Parameters:
    ///   - query: as many numbers as a row.
    ///   - limit: the number of rows to find.
    ///   - excluded: rows that are not considered.
    /// - Throws: ``FoveaError`` when the query has another length.
    public func nearest(
        to query: [Float], limit: Int, excluding excluded: Set<Int> = []
    ) throws -> [Neighbour] {
        guard query.count == width else {
            throw FoveaError(
                .badData, "The query has \(query.count) features, the rows have \(width).",
                remedy: "Compare features of the same layer of the same network.")
        }
        // By the same sum as for the rows, so that equal ones are at distance 0.
        let square = try RowProducts.products(of: query, with: 0..<1, of: Tensor([1, width], query)).squares[0]
        let blocks = concurrentMap((count + Self.blockLength - 1) / Self.blockLength) { block in
            let start = block * Self.blockLength
            var nearest = Nearest(limit: limit)
            let distances = distances(from: query, to: start..<min(start + Self.blockLength, count), square)
            for (offset, distance) in distances.enumerated() where nearest.isWanted(distance) {
                if !excluded.contains(start + offset) {
                    nearest.add(Neighbour(index: start + offset, distance: distance))
                }
            }
            return nearest.found
        }
        return Array(blocks.joined().sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(limit))
    }

    /// The few nearest of some rows.
    private struct Nearest {
        let limit: Int
        private(set) var found: [Neighbour] = []

        init(limit: Int) { self.limit = limit }

        func isWanted(_ distance: Double) -> Bool {
            found.count < limit || found.last.map { distance < $0.distance } == true
        }

        mutating func add(_ neighbour: Neighbour) {
            let place = found.firstIndex { $0.distance > neighbour.distance } ?? found.count
            found.insert(neighbour, at: place)
            if found.count > limit { found.removeLast() }
        }
    }

    private func distances(from query: [Float], to rows: Range<Int>, _ square: Double) -> [Double] {
        switch metric {
        case .cosine:
            let (products, squares) = RowProducts.products(of: query, with: rows, of: features)
            return zip(products, squares).map { Self.cosineDistance($0, square, $1) }
        case .euclidean:
            return RowProducts.squaredDistances(of: query, to: rows, of: features).map { $0.squareRoot() }
        }
    }

    static func cosineDistance(_ dot: Double, _ square: Double, _ otherSquare: Double) -> Double {
        let lengths = square.squareRoot() * otherSquare.squareRoot()
        return lengths > 0 ? min(2, max(0, 1 - dot / lengths)) : 1
    }
}
