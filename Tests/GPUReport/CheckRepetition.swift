import ArgumentParser
import FoveaGraph
import FoveaRuntime

struct CheckRepetition: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repetition",
        abstract: "Trains twice, and once with a stop in between: the weights must be the same to the bit.")

    @Option(help: "Networks, separated by commas.") var models = "lenet5,resnet18,mobilenet_v2"
    @Option(help: "Height and width of the images, but for lenet5.") var size = 64
    @Option(help: "Number of images.") var batch = 16
    @Option(help: "Number of steps.") var steps = 10

    func run() async throws {
        let (text, isSame) = try await table(GPU.open())
        print(text)
        try require(isSame)
    }

    func table(_ gpu: GPU) async throws -> (text: String, isSame: Bool) {
        var (rows, isSame) = ([[String]](), true)
        for name in models.split(separator: ",").map(String.init) {
            for precision in [ReportPrecision.f32, .bf16] {
                let first = try await weights(name, precision, gpu, stoppingAfter: [])
                let second = try await weights(name, precision, gpu, stoppingAfter: [])
                let resumed = try await weights(name, precision, gpu, stoppingAfter: [steps / 2])
                isSame = isSame && first == second && first == resumed && first.allSatisfy(\.isFinite)
                rows.append([
                    name, precision.rawValue, first == second ? "same" : "**different**",
                    first == resumed ? "same" : "**different**",
                ])
            }
        }
        return (markdownTable(header: ["Network", "Precision", "Second run", "Stopped and resumed"], rows), isSame)
    }

    /// The states after all steps, which go through the host at each stop.
    private func weights(
        _ name: String, _ precision: ReportPrecision, _ gpu: GPU, stoppingAfter stops: [Int]
    ) async throws -> [Tensor] {
        let problem = try TrainingProblem(name, batch: batch, size: name == "lenet5" ? nil : size, precision: precision)
        let names = problem.graph.states.map(\.name)
        var states: [Tensor]?
        for (first, last) in zip([0] + stops, stops + [steps]) {
            let device = Device(try gpu.backend(precision, poisonsMemory: true))
            let program = try await device.compile(problem.graph)
            if let states {
                try await program.states.write(zip(names, states).map { (name: $0, tensor: $1) })
            } else {
                try await problem.initialize(program)
            }
            for step in first..<last {
                _ = try await device.run(program, TrainingProblem.inputs(of: program, step: step + 1))
            }
            states = try await program.states.read(names)
        }
        return states ?? []
    }
}
