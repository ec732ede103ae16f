import ArgumentParser
import FoveaGraph
import FoveaNN
import FoveaRuntime

struct CheckSteps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps", abstract: "Compares a training step of whole networks with the reference.")

    @Option(help: "Networks, separated by commas.") var models = "lenet5,resnet18,squeezenet1_1"
    @Option(help: "Height and width of the images, but for lenet5.") var size = 64
    @Option(help: "Number of images.") var batch = 4

    func run() async throws {
        let (text, isWithinBar) = try await table(GPU.open())
        print(text)
        try require(isWithinBar)
    }

    func table(_ gpu: GPU) async throws -> (text: String, isWithinBar: Bool) {
        let names = models.split(separator: ",").map(String.init)
        let rows = try await withThrowingTaskGroup(of: (Int, [[String]], Bool).self) { group in
            for (index, name) in names.enumerated() {
                group.addTask {
                    let (rows, isWithinBar) = try await compare(name, gpu)
                    return (index, rows, isWithinBar)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }.sorted { $0.0 < $1.0 }
        let header = ["Network", "Precision", "Loss", "Reference", "Change of the weights, relative error"]
        return (markdownTable(header: header, rows.flatMap(\.1)), rows.allSatisfy(\.2))
    }

    private func compare(_ name: String, _ gpu: GPU) async throws -> (rows: [[String]], isWithinBar: Bool) {
        let wanted = try await step(name, .f32, on: ReferenceBackend())
        var (rows, isWithinBar) = ([[String]](), true)
        for precision in ReportPrecision.allCases {
            let given = try await step(name, precision, on: gpu.backend(precision, poisonsMemory: true))
            let difference = zip(given.change, wanted.change).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let error = (difference / wanted.change.reduce(0) { $0 + $1 * $1 }).squareRoot()
            // Errors of single operations add up, backward most of all.
            isWithinBar =
                isWithinBar && Double(abs(given.loss - wanted.loss)) <= 30 * precision.bar * Double(abs(wanted.loss))
            isWithinBar = isWithinBar && error <= 100 * precision.bar
            rows.append([name, precision.rawValue, "\(given.loss)", "\(wanted.loss)", error.scientific])
        }
        return (rows, isWithinBar)
    }

    private func step(
        _ name: String, _ precision: ReportPrecision, on backend: any Backend
    ) async throws -> (loss: Float, change: [Double]) {
        let problem = try TrainingProblem(name, batch: batch, size: name == "lenet5" ? nil : size, precision: precision)
        let device = Device(backend)
        let program = try await device.compile(problem.graph)
        try await problem.initialize(program)
        let names = problem.parameters.map(\.path)
        let before = try await program.states.read(names)
        let results = try await device.run(program, TrainingProblem.inputs(of: program))
        let after = try await program.states.read(names)
        let change = zip(before, after).flatMap { zip($0.doubles, $1.doubles).map { $1 - $0 } }
        return (results["loss"]?.floats.first ?? .nan, change)
    }
}
