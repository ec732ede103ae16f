import Foundation
import FoveaGraph
import Testing

@testable import FoveaData

/// What `script/pytorch/make_augmentation_goldens.py` wrote.
struct AugmentationGolden: Decodable {
    struct Picture: Decodable {
        let height: Int
        let width: Int
        /// Base64 of the bytes, `[row, column, channel]`.
        let pixels: String

        var bytes: [UInt8] { get throws { try [UInt8](#require(Data(base64Encoded: pixels))) } }
    }

    /// The result of an operation on a picture.
    struct Case: Decodable {
        let operation: String
        let picture: String
        let numbers: [Double]
        let interpolation: String?
        let height: Int
        let width: Int
        let pixels: String

        var result: Picture { Picture(height: height, width: width, pixels: pixels) }
    }

    /// The magnitudes of an operation in a policy.
    struct Row: Decodable {
        /// Empty where the operation has none.
        let magnitudes: [Double]
        let signed: Bool
    }

    /// Of images of 14 rows and 17 columns.
    struct Policies: Decodable {
        let auto: [String: Row]
        let rand: [String: Row]
        let trivial: [String: Row]
        let augmix: [String: Row]
        /// AutoAugment's policies: pairs of operation, probability and index of the magnitude, −1 for none.
        let learned: [String: [[Step]]]
    }

    struct Step: Decodable, Equatable {
        let operation: String
        let probability: Double
        let bin: Int

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            operation = try row.decode(String.self)
            probability = try row.decode(Double.self)
            bin = try row.decode(Int.self)
        }
    }

    struct Mix: Decodable {
        let kind: String
        let lambda: Double?
        /// First column and row, and the ones behind the last.
        let box: [Int]?
        let images: [Float]
        let targets: [Float]
    }

    let pictures: [String: Picture]
    let cases: [Case]
    let policy_cases: [Case]
    let policies: Policies
    let mixes: [Mix]

    static func load() throws -> AugmentationGolden {
        let url = try #require(
            Bundle.module.url(forResource: "augmentation", withExtension: "json", subdirectory: "Goldens"))
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}
