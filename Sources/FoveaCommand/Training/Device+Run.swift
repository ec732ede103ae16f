import FoveaData
import FoveaFormats
import FoveaRuntime
import FoveaTraining

extension Device {
    /// Records the choices of kernels made so far in a run's folder, so that it can be repeated bit for bit.
    nonisolated func recordKernels(in folder: RunFolder) throws {
        let profile = backend.profile
        guard let kernels = profile.kernels else { return }
        try KernelChoices(kernels.choices, on: profile.machine).write(to: folder.kernelsPath)
    }
}

extension Classifier {
    /// The calibration of a run's best weights on its validation part; nil where there are too few images, or all are right.
    func calibration(
        on validation: (any ExampleSource)?, preprocessing: Preprocessing, leavingOut: LeavingOut?
    ) async throws -> Calibration? {
        guard let validation, validation.count >= Calibration.fewestExamples else { return nil }
        let found = try await calibrate(on: validation, preprocessing: preprocessing, leavingOut: leavingOut)
        return found.scaling.isAtBound ? nil : found
    }
}
