import ArgumentParser
import Foundation
import FoveaCUDA
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

struct TimeNetwork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time",
        abstract: "Times a network on synthetic data that lies on the device, and prints one line of JSON.")

    enum Mode: String, ExpressibleByArgument { case train, infer }

    @Option var model = "resnet50"
    @Option var mode = Mode.train
    @Option var batch = 256
    @Option var precision = ReportPrecision.bf16
    @Option(help: "Height and width of the images; by default the network's own.") var size: Int?
    @Option(help: "Steps before the time begins.") var warmup = 20
    @Option(help: "Steps of each of five rounds.") var steps = 10
    @Flag(help: "Compute activations again in the backward pass.") var gradientCheckpointing = false
    @Option(help: "File that receives the time of each step, slowest first.") var explain: String?

    func run() async throws { print(try await measured(GPU.open()).json) }

    struct Measurement {
        let model: String
        let mode: Mode
        let batch: Int
        let precision: ReportPrecision
        let millisecondsPerStep: Double
        let byteCount: Int
        let predictedByteCount: Int
        let secondsToFirstStep: Double
        let launches: Int

        var json: String {
            let speed = (Double(batch) / millisecondsPerStep * 1e3).text(digits: 1)
            return """
                {"model":"\(model)","mode":"\(mode.rawValue)","batch":\(batch),"precision":"\(precision.rawValue)",\
                "images_per_second":\(speed),"ms":\(millisecondsPerStep.text(digits: 4)),\
                "peak_gb":\((Double(byteCount) / 1e9).text(digits: 3)),\
                "predicted_gb":\((Double(predictedByteCount) / 1e9).text(digits: 3)),\
                "first_step_s":\(secondsToFirstStep.text(digits: 2)),"launches":\(launches)}
                """
        }
    }

    func measured(_ gpu: GPU) async throws -> Measurement {
        let clock = ContinuousClock()
        let backend = try gpu.backend(precision, recomputesActivations: gradientCheckpointing)
        let device = Device(backend)
        let free = backend.availableByteCount ?? 0
        let begin = clock.now
        let states = DeviceStates(on: device)
        let (graph, parameters) = try traced()
        let optimized = try device.optimized(graph)
        let predicted = try await device.predictedByteCount(of: optimized, states: states) ?? 0
        let program = try await device.compile(optimized, states: states)
        try await states.write(Weights(initializing: parameters, seed: 1).namedTensors)
        let inputs = TrainingProblem.inputs(of: program)
        _ = try await device.run(program, inputs)
        let first = begin.duration(to: clock.now)
        let taken = free - (backend.availableByteCount ?? 0)
        // What is small comes from the host in every step, as in a training.
        let large = inputs.filter { $0.value.type.byteCount > 1024 }
        let held = try await TrainingProblem.onDevice(large, device)
        let values = (inputs as [String: any DeviceValue]).merging(held) { $1 }
        let given = try program.ordered(values)
        var rounds: [Double] = []
        for round in 0...5 {
            let count = round == 0 ? warmup : steps
            // Only the last step is waited for: the host puts the others on the device meanwhile.
            let runs = try await device.series(of: program, .runs(count)) { _ in
                given
            } keeping: { number, outputs in
                if number == count - 1 { for output in outputs { _ = try output.read() } }
            }
            let seconds = runs.reduce(Duration.zero) { $0 + $1.duration } / .seconds(1)
            if round > 0 { rounds.append(seconds / Double(max(1, count)) * 1e3) }
        }
        if let explain {
            let explanation = try await device.explain(program, runs: 5) { _ in given }
            try Data(explanation.text.utf8).write(to: URL(filePath: explain))
        }
        return Measurement(
            model: model, mode: mode, batch: batch, precision: precision, millisecondsPerStep: rounds.sorted()[2],
            byteCount: taken, predictedByteCount: predicted, secondsToFirstStep: first / .seconds(1),
            launches: program.steps.count)
    }

    private func traced() throws -> (Graph, [ParameterDeclaration]) {
        switch mode {
        case .train:
            let problem = try TrainingProblem(model, batch: batch, size: size, precision: precision)
            return (problem.graph, problem.parameters)
        case .infer:
            let network = try TrainingProblem.network(model, size: size, precision)
            let inference = try InferenceGraph(network, batch: network.inputs.batched(batch))
            return (inference.graph, inference.parameters)
        }
    }
}
