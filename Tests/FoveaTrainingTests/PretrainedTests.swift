import Foundation
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import FoveaTraining
import Testing

/// Weights that somebody else trained, under torchvision's names, on photos that show what their names say.
@Suite("Networks with weights from elsewhere")
struct PretrainedTests {
    private static let weights = SharedData.url("models/squeezenet1_1/model.safetensors")
    private static let photos = SharedData.url("photos")

    @Test(
        "SqueezeNet 1.1 with ImageNet's weights recognises what is on photos",
        .enabled(if: weights != nil && photos != nil, "needs the shared data: models/squeezenet1_1 and photos"))
    func squeezeNet() async throws {
        let preprocessing = try Preprocessing(
            channels: 3, height: 224, width: 224, mean: [0.485, 0.456, 0.406],
            standardDeviation: [0.229, 0.224, 0.225])
        let path = try #require(Self.weights).path
        let classifier = try await Classifier(
            SqueezeNet(), weights: Weights(try Safetensors.read(from: path).tensors), source: path,
            preprocessing: preprocessing, device: ComputeDevice.cpu.open())
        // Positions in ImageNet's list: chickadee, Egyptian cat, macaw, daisy.
        for (photo, label) in [("bird.png", 19), ("cat_720p.jpg", 285), ("parrot.jpg", 88), ("sunflower.png", 985)] {
            let file = try #require(Self.photos).appending(path: photo).path
            let logits = try await classifier.logits(preprocessing.tensor(forFile: file))
            #expect(logits.shape == [1, 1000])
            let seen = try #require(logits.predictions(limit: 1).first?.first)
            #expect(seen.index == label && seen.probability > 0.3, "\(photo) is taken for \(seen)")
        }
    }
}
