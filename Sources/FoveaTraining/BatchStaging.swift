import FoveaData
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// Brings batches to a device while it computes: images as bytes, which it standardizes.
actor BatchStaging {
    private let device: Device
    /// The programs that standardize, by the shape of a batch and its preprocessing.
    private var programs = RecentlyUsed<Standardization, Program>()

    private struct Standardization: Hashable {
        let images: Shape
        let preprocessing: Preprocessing
    }

    init(_ device: Device) { self.device = device }

    /// The values of a batch as they are on the device; none where bringing them ahead takes no time off a step.
    ///
    /// - Parameter preprocessing: standardizes the images, which are bytes; nil where the batch is ready.
    func staged(_ batch: Batch, standardizing preprocessing: Preprocessing?) async throws -> [String: any DeviceValue] {
        guard device.backend.profile.isAsynchronous else { return [:] }
        var staged = try await device.stage(batch.values)
        guard let preprocessing, let bytes = staged[GraphName.images] else { return staged }
        let program = try await program(Standardization(images: bytes.type.shape, preprocessing: preprocessing))
        staged[GraphName.images] = try await device.results(of: program, given: [GraphName.images: bytes])[
            GraphName.images]
        return staged
    }

    private func program(_ standardization: Standardization) async throws -> Program {
        if let known = programs.value(for: standardization) { return known }
        let preprocessing = standardization.preprocessing
        let graph = try StandardizationGraph(
            images: standardization.images, mean: preprocessing.mean,
            standardDeviation: preprocessing.standardDeviation)
        let program = try await device.compile(graph.graph)
        programs.insert(program, for: standardization)
        return program
    }
}
