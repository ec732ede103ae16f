import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// A search for similar images among those of a table.
struct SimilarImages {
    let table: FeatureTable
    let metric: NearestNeighbours.Metric

    /// What is found, with the number and size of the features that were compared.
    struct Found {
        fileprivate enum Content {
            case neighbours(of: String, [(path: String, distance: Double)])
            case pairs([(first: String, second: String, distance: Double)])
        }

        fileprivate let content: Content
        let count: Int
        let width: Int
        /// The time of the search alone; nil where it is of no interest.
        let seconds: Double?
    }

    func neighbours(of picture: String, _ query: [Float], limit: Int) throws -> Found {
        let search = try NearestNeighbours(among: table.features, by: metric)
        let itself = Set(table.paths.indices.filter { areSamePath(table.paths[$0], picture) })
        let clock = ContinuousClock()
        let start = clock.now
        let nearest = try search.nearest(to: query, limit: limit, excluding: itself)
        let time = clock.now - start
        return Found(
            content: .neighbours(of: picture, nearest.map { (table.paths[$0.index], $0.distance) }),
            count: table.count, width: table.width, seconds: time / .seconds(1))
    }

    func duplicates(within threshold: Double, on device: Device) async throws -> Found {
        let pairs = try await NearestNeighbours(among: table.features, by: metric).pairs(within: threshold, on: device)
        return Found(
            content: .pairs(pairs.map { (table.paths[$0.first], table.paths[$0.second], $0.distance) }),
            count: table.count, width: table.width, seconds: nil)
    }
}

extension SimilarImages.Found {
    private static let mostPairsOnSheet = 40

    var json: JSONValue {
        switch content {
        case .neighbours(_, let found):
            .array(found.map { ["input": .string($0.path), "distance": .number($0.distance)] })
        case .pairs(let found):
            .array(
                found.map {
                    ["input": .string($0.first), "duplicate": .string($0.second), "distance": .number($0.distance)]
                })
        }
    }

    var text: String {
        switch content {
        case .neighbours(_, let found):
            return textTable(
                header: ["Image", "Distance"], rows: found.map { [$0.path.onOneLine, $0.distance.fourDecimals] })
        case .pairs(let found):
            if found.isEmpty { return "no near duplicates among \(count.grouped) images" }
            return textTable(
                header: ["Image", "Near duplicate", "Distance"],
                rows: found.map { [$0.first.onOneLine, $0.second.onOneLine, $0.distance.fourDecimals] })
        }
    }

    /// The pictures; of pairs the nearest.
    var sheet: NeighbourSheet {
        switch content {
        case .neighbours(let picture, let found): NeighbourSheet(of: picture, neighbours: found)
        case .pairs(let found): NeighbourSheet(pairs: Array(found.prefix(Self.mostPairsOnSheet)))
        }
    }
}
