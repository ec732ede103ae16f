import Foundation
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaTestSupport
import FoveaTraining
import OrderedCollections
import Testing

@Suite("Files of features")
struct FeatureTableTests {
    private func origin(
        weights: String = "0123456789abcdef", layer: String = "features.12", size: Int = 64
    ) throws -> FeatureOrigin {
        FeatureOrigin(
            network: "squeezenet1_1", weights: weights, layer: layer, pooling: .average,
            preprocessing: try .imageNet(height: size, width: size))
    }

    private func table() throws -> FeatureTable {
        try FeatureTable(
            origin: origin(), paths: ["a.png", "b, \"c\".png", "name\u{EF80}.png"],
            features: Tensor([3, 2], [0, -1.5, 1e-38, 3, 1.0 / 3, 7]))
    }

    @Test("give back features, paths and origin", arguments: ["f.safetensors", "f.npy"])
    func roundTrip(name: String) throws {
        try withTemporaryFolder { folder in
            let table = try table()
            try table.write(to: "\(folder)/\(name)")
            let read = try FeatureTable(reading: "\(folder)/\(name)")
            #expect(read.features == table.features && read.paths == table.paths && read.origin == table.origin)
            #expect(read.count == 3 && read.width == 2)
        }
    }

    @Test("as CSV begin each row with the path")
    func csv() throws {
        try withTemporaryFolder { folder in
            try table().write(to: "\(folder)/f.csv")
            let text = try String(contentsOfFile: "\(folder)/f.csv", encoding: .utf8)
            #expect(
                text
                    == "path,feature_0,feature_1\na.png,0.0,-1.5\n\"b, \"\"c\"\".png\",1e-38,3.0\nname\u{EF80}.png,0.33333334,7.0\n"
            )
            let error = #expect(throws: FoveaError.self) { try FeatureTable(reading: "\(folder)/f.csv") }
            #expect(error?.description.contains("Features are not read from CSV") == true)
        }
    }

    @Test("that are damaged, foreign or do not fit together are refused by name")
    func refuses() throws {
        try withTemporaryFolder { folder in
            func message(_ name: String) throws -> String {
                try #require(throws: FoveaError.self) { try FeatureTable(reading: "\(folder)/\(name)") }.description
            }
            try Safetensors.write(["features": Tensor([1, 2])], to: "\(folder)/foreign.safetensors")
            #expect(try message("foreign.safetensors").contains("has no features of images"))
            try NPY.write(Tensor([2, 1], [1, 2]), to: "\(folder)/alone.npy")
            #expect(try message("alone.npy").contains("There is no file `\(folder)/alone.npy.json`"))
            try table().write(to: "\(folder)/f.npy")
            try NPY.write(Tensor([2, 1], [1, 2]), to: "\(folder)/f.npy")
            #expect(try message("f.npy").contains("do not belong to 3 images"))
            try NPY.write(Tensor([3, 2], [1, 2, 3, 4, 5, 6]), to: "\(folder)/f.npy")
            #expect(try message("f.npy").contains("was written for other features than those in `\(folder)/f.npy`"))
            try NPY.write(Tensor([3, 0], []), to: "\(folder)/f.npy")
            #expect(try message("f.npy").contains("There are no features: f32[3×0]."))
            try NPY.write(Tensor([3, 1], [1, .nan, 2]), to: "\(folder)/f.npy")
            #expect(try message("f.npy").contains("The features of `b, \"c\".png` are not finite."))
            #expect(try message("gone.npy").contains("There is no file"))
            #expect(try message("f.txt").contains("Use .safetensors, .npy or .csv."))
            for (text, problem) in [
                ("{", "f.npy.json"), ("[]", "not an object"), ("{\"format_version\":1}", "`fovea_version` is missing"),
                (
                    "{\"format_version\":2,\"fovea_version\":\"9\",\"origin\":{},\"paths\":[]}",
                    "It has format version 2"
                ),
                ("{\"format_version\":1,\"fovea_version\":\"1\",\"origin\":{},\"paths\":[]}", "`origin."),
            ] {
                try Data(text.utf8).write(to: URL(filePath: "\(folder)/f.npy.json"))
                #expect(try message("f.npy").contains(problem))
            }
        }
    }

    @Test("of another origin are refused with all differences")
    func origins() throws {
        let own = try origin()
        try own.expectSame(as: own, inFileAt: "f.npy")
        let weights = #expect(throws: FoveaError.self) {
            try own.expectSame(as: origin(weights: "fedcba9876543210"), inFileAt: "f.npy")
        }
        #expect(weights?.problem == "The features in `f.npy` are of other weights.")
        let other = try origin(weights: "fedcba9876543210", layer: "features.9", size: 96)
        let error = #expect(throws: FoveaError.self) { try own.expectSame(as: other, inFileAt: "f.npy") }
        #expect(
            error?.problem
                == "The features in `f.npy` are of the layer `features.9` and not `features.12`, "
                + "of images of `3×96×96 from 110` and not `3×64×64 from 73`.")
        #expect(error?.code == .badData)
    }

    @Test("A digest tells weights apart by their bits, names and shapes")
    func digests() throws {
        let weights: Weights = ["a": Tensor([1, 2, 3]), "b": Tensor(scalar: 0)]
        #expect(weights.digest.count == 16)
        let others: [Weights] = [
            ["a": Tensor([1, 2, 3]), "b": Tensor(scalar: -0.0)], ["a": Tensor([1, 3, 2]), "b": Tensor(scalar: 0)],
            ["a": Tensor([1, 2, 3]), "c": Tensor(scalar: 0)], ["b": Tensor(scalar: 0), "a": Tensor([1, 2, 3])],
            ["a": try Tensor([3, 1], [1, 2, 3]), "b": Tensor(scalar: 0)], ["a": Tensor([1, 2, 3])],
        ]
        #expect(Set(([weights] + others).map(\.digest)).count == 7)
        let again: Weights = ["a": Tensor([1, 2, 3]), "b": Tensor(scalar: 0)]
        #expect(again.digest == weights.digest)
    }
}
