import FoveaCPU
import FoveaGraph
import FoveaRuntime
import Testing

@testable import FoveaTraining

@Suite("Nearest neighbours")
struct NearestNeighboursTests {
    /// Rows whose length is no multiple of a vector, more than a block of them.
    private func rows(_ count: Int = 1500, _ width: Int = 37) throws -> Tensor {
        try goldenNoise([count, width], 11, bound: 1)
    }

    private func distance(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>, _ metric: NearestNeighbours.Metric) -> Double
    {
        let pairs = zip(x, y).map { (Double($0), Double($1)) }
        let dot = pairs.reduce(0) { $0 + $1.0 * $1.1 }
        let squares = pairs.reduce((0, 0)) { ($0.0 + $1.0 * $1.0, $0.1 + $1.1 * $1.1) }
        return metric == .cosine
            ? 1 - dot / (squares.0 * squares.1).squareRoot()
            : pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    @Test("are those that a plain loop in double precision finds", arguments: NearestNeighbours.Metric.allCases)
    func exact(metric: NearestNeighbours.Metric) throws {
        let tensor = try rows()
        let elements = tensor.floats
        let query = try goldenNoise([37], 12, bound: 1).floats
        let expected = (0..<1500).map { row in
            (row, distance(query[...], elements[row * 37..<(row + 1) * 37], metric))
        }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        let found = try NearestNeighbours(among: tensor, by: metric).nearest(to: query, limit: 20)
        #expect(found.map(\.index) == expected.prefix(20).map(\.0))
        #expect(zip(found, expected).allSatisfy { abs($0.distance - $1.1) < 1e-6 })
    }

    @Test("of a row is the row itself at no distance, and then its copy; rows may be left out")
    func itself() throws {
        var elements = try rows().floats
        elements.replaceSubrange(900 * 37..<901 * 37, with: elements[5 * 37..<6 * 37].map { 2 * $0 })
        let tensor = try Tensor([1500, 37], elements)
        let query = Array(elements[5 * 37..<6 * 37])
        let search = try NearestNeighbours(among: tensor)
        let found = try search.nearest(to: query, limit: 2)
        #expect(found.map(\.index) == [5, 900] && found.allSatisfy { $0.distance < 1e-7 }, "length does not count")
        #expect(try search.nearest(to: query, limit: 1, excluding: [5]).map(\.index) == [900])
        #expect(try search.nearest(to: query, limit: 2000).count == 1500)
        #expect(try NearestNeighbours(among: tensor, by: .euclidean).nearest(to: query, limit: 1)[0].distance == 0)
    }

    @Test("of zeros are at distance 1, and rows of several axes are compared whole")
    func zeros() throws {
        let tensor = try Tensor([2, 2, 2], [0, 0, 0, 0, 1, 2, 3, 4])
        let search = try NearestNeighbours(among: tensor)
        #expect(try search.nearest(to: [1, 2, 3, 4], limit: 2).map(\.distance) == [0, 1])
        #expect(try search.nearest(to: [0, 0, 0, 0], limit: 2).map(\.distance) == [1, 1])
        let error = #expect(throws: FoveaError.self) { try search.nearest(to: [1, 2], limit: 1) }
        #expect(error?.description.contains("The query has 2 features, the rows have 4.") == true)
        let vector = #expect(throws: FoveaError.self) { try NearestNeighbours(among: Tensor([1, 2])) }
        #expect(vector?.description.contains("not a row of f32 for each example") == true)
    }

    @Test("The pairs within a distance are those of a plain loop", arguments: NearestNeighbours.Metric.allCases)
    func pairs(metric: NearestNeighbours.Metric) async throws {
        // Two blocks of rows; some are near each other, across blocks too.
        let (count, width) = (1100, 5)
        var elements = try goldenNoise([count, width], 13, bound: 1).floats
        elements.replaceSubrange(1090 * width..<1091 * width, with: elements[3 * width..<4 * width])
        let tensor = try Tensor([count, width], elements)
        let threshold = metric == .cosine ? 0.01 : 0.25
        var expected: [NearestNeighbours.Pair] = []
        for first in 0..<count {
            for second in first + 1..<count {
                let x = elements[first * width..<(first + 1) * width]
                let distance = distance(x, elements[second * width..<(second + 1) * width], metric)
                if distance <= threshold { expected.append(.init(first: first, second: second, distance: distance)) }
            }
        }
        expected.sort { ($0.distance, $0.first, $0.second) < ($1.distance, $1.first, $1.second) }
        let found = try await NearestNeighbours(among: tensor, by: metric).pairs(
            within: threshold, on: Device(CPUBackend()))
        #expect(found.count > 5 && found.map(\.first) == expected.map(\.first))
        #expect(found.map(\.second) == expected.map(\.second))
        #expect(zip(found, expected).allSatisfy { abs($0.distance - $1.distance) < 1e-6 })
        #expect(found[0].first == 3 && found[0].second == 1090)
    }

    @Test("More pairs than anybody reads are an error that says so")
    func tooMany() async throws {
        let same = try NearestNeighbours(among: Tensor(repeating: 1, .float32([500, 3])))
        let device = try Device(CPUBackend())
        await #expect(throws: FoveaError.self) { try await same.pairs(within: 0.1, on: device) }
        await #expect(throws: FoveaError.self) { try await same.pairs(within: .nan, on: device) }
    }
}
