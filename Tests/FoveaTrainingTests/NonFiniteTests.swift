import FoveaCPU
import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime
import Testing

@testable import FoveaTraining

@Suite("Numbers that are not finite")
struct NonFiniteTests {
    private static let image: Shape = [1, 28, 28]
    private let digits: any ExampleSource
    private let preprocessing: Preprocessing
    private let parameters: [ParameterDeclaration]

    init() throws {
        digits = try Glyphs(seed: 5, trainingCount: 40, testCount: 10).splits().training
        preprocessing = try Preprocessing(fittedTo: digits)
        parameters = try InferenceGraph(LeNet5(), input: [1, 1, 28, 28]).parameters
    }

    /// LeNet's first weights with one number replaced.
    private func weights(_ path: String, _ value: Float) throws -> Weights {
        var weights = Weights(initializing: parameters, seed: 1)
        let tensor = try #require(weights[path])
        var elements = tensor.floats
        elements[elements.count / 2] = value
        weights[path] = try Tensor(tensor.shape, elements)
        return weights
    }

    private func error(_ work: () async throws -> Void) async -> FoveaError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? FoveaError
        }
    }

    @Test(
        "in weights are refused by everything that takes weights, naming them",
        arguments: ["conv1.weight", "fc2.bias", "fc3.weight"], [Float.nan, .infinity, -.infinity])
    func inWeights(path: String, value: Float) async throws {
        let weights = try weights(path, value)
        let device = try ComputeDevice.cpu.open(BackendOptions(threads: 2))
        let expected = "are not finite: `\(path)`."
        let images = try digits.batch([0], preprocessing: preprocessing).images
        let errors = [
            await error {
                _ = try await Classifier(
                    LeNet5(), weights: weights, source: "the test", preprocessing: preprocessing, device: device)
            },
            await error {
                _ = try await Trainer(
                    LeNet5(), input: Self.image, optimizer: SGD(), device: device, weights: weights)
            },
            await error { _ = try await LeNet5()(images, weights: weights, on: device) },
        ]
        for error in errors {
            #expect(error?.code == .badData)
            #expect(error?.problem.contains(expected) == true, "\(String(describing: error))")
        }
    }

    /// Refuses nothing, so that what becomes of such weights can be seen.
    private func classifier(_ weights: Weights, on device: Device) async throws -> Classifier {
        let states = DeviceStates(on: device)
        try await states.write(weights.namedTensors)
        let network = TracedNetwork(LeNet5(), input: Self.image)
        return Classifier(
            network, evaluation: EvaluationPrograms(network, Classification(), sharing: states), sharing: states)
    }

    @Test("in results are refused with the weights that they come from, in prediction and evaluation")
    func inResults() async throws {
        for device in [try ComputeDevice.cpu.open(BackendOptions(threads: 2)), try ComputeDevice.reference.open()] {
            let classifier = try await classifier(try weights("fc2.bias", .nan), on: device)
            let images = try digits.batch([0, 1], preprocessing: preprocessing).images
            let errors = [
                await error { _ = try await classifier.logits(images) },
                await error { _ = try await classifier.evaluate(digits, preprocessing: preprocessing) },
            ]
            for error in errors {
                #expect(
                    error?.problem == "The network's result for image 1 of the batch is not finite; the weights "
                        + "`fc2.bias` are not finite, and so is the result of `fc2`.",
                    "\(device.backend.name): \(String(describing: error))")
            }
        }
    }

    @Test("in results of finite weights are refused with the layer that they come from")
    func overflow() async throws {
        let device = try ComputeDevice.cpu.open(BackendOptions(threads: 2))
        var weights = Weights(initializing: parameters, seed: 1)
        let last = try #require(weights["fc3.weight"])
        weights["fc3.weight"] = try Tensor(last.shape, last.floats.map { $0 * 3e38 })
        let classifier = try await classifier(weights, on: device)
        let images = try digits.batch([0, 1], preprocessing: preprocessing).images
        let large = try Tensor(images.shape, images.floats.map { $0 * 1e4 })
        let error = await error { _ = try await classifier.logits(large) }
        #expect(error?.problem.contains("the first layer whose result is not finite is `fc3`") == true)
    }

    @Test("in an image are refused with its number")
    func inImage() async throws {
        let device = try ComputeDevice.cpu.open(BackendOptions(threads: 2))
        let classifier = try await classifier(Weights(initializing: parameters, seed: 1), on: device)
        let images = try digits.batch([0, 1, 2], preprocessing: preprocessing).images
        var elements = images.floats
        elements[2 * 28 * 28 + 400] = .nan
        let broken = try Tensor(images.shape, elements)
        let error = await error { _ = try await classifier.logits(broken) }
        #expect(
            error?.problem == "The network's result for image 3 of the batch is not finite; example 3 of the batch has "
                + "pixels that are not finite.")
    }
}
