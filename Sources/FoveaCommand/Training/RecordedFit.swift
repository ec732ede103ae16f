import FoveaFormats
import FoveaFoundation
import FoveaRuntime
import FoveaTraining

/// A training that keeps a run folder up to date.
struct RecordedFit {
    let fit: Fit
    let trainer: Trainer
    let device: Device

    /// Trains. Where it fails before its first epoch has ended, the folder is removed: this run created it.
    ///
    /// - Parameter prepare: called first, for what else the folder holds.
    /// - Throws: ``FoveaError`` when training diverges or a file cannot be written; ``Interruption/Stop`` after a
    ///   signal, when the current weights have been written.
    func carryOut(
        in folder: RunFolder, reportingTo report: inout TrainingReport, prepare: (RunFolder) throws -> Void = { _ in }
    ) async throws -> RunRecorder {
        var recorder = RunRecorder(folder)
        do {
            try prepare(folder)
            try await train(&recorder, &report)
        } catch let error as FoveaError {
            report.stop()
            if recorder.epochs == 0 {
                removeFolder(folder.path)
            } else {
                StandardError.notice("the epochs before are in \(quoted(folder.path))")
            }
            throw error
        }
        return recorder
    }

    private func train(_ recorder: inout RunRecorder, _ report: inout TrainingReport) async throws {
        let interruption = Interruption()
        for try await event in fit {
            var place = "after its last epoch"
            switch event {
            case .step(let step, let epoch, let stepInEpoch, let stepsPerEpoch):
                report.step(step, epoch: epoch, stepInEpoch: stepInEpoch, stepsPerEpoch: stepsPerEpoch)
                place = "after step \(stepInEpoch.grouped) of \(stepsPerEpoch.grouped) of epoch \(epoch)"
            case .epoch(let metrics):
                try await recorder.record(metrics, of: trainer)
                try device.recordKernels(in: recorder.folder)
                try report.epoch(metrics)
                place = "after epoch \(metrics.epoch)"
            }
            guard let signal = interruption.signal else { continue }
            report.stop()
            try await trainer.save(as: .last, in: recorder.folder)
            throw Interruption.Stop(
                signal: signal,
                description: "stopped \(place); its weights are in \(quoted(recorder.folder.weightsPath(.last)))")
        }
    }
}

extension RunFolder {
    /// Creates the folder that is asked for, or else one of this name with a number.
    static func create(
        at path: String?, orNamed name: String, run: RunDescription, model: ModelDescription
    ) throws -> RunFolder {
        if let path { return try create(at: path, run: run, model: model) }
        return try create(named: name, run: run, model: model)
    }
}
