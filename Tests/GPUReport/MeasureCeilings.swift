import ArgumentParser
import FoveaFoundation
import FoveaGraph
import FoveaRuntime

struct MeasureCeilings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceilings", abstract: "How fast the device multiplies and moves memory with our kernels.")

    @Option(help: "Rows and columns of the matrices.") var size = 8192
    @Option(help: "Elements of the tensor that is read and written.") var elements = 1 << 28

    func run() async throws { print(try await table(GPU.open())) }

    func table(_ gpu: GPU) async throws -> String {
        var rows: [[String]] = []
        for precision in ReportPrecision.allCases {
            let device = Device(try gpu.backend(precision))
            let explanation = try await explanation(of: product(precision.arithmetic), on: device)
            guard let line = explanation.lines.first(where: { $0.step.multiplyAdds > 0 }) else { continue }
            rows.append([
                "\(size)³ in \(precision.rawValue)", "\((line.operationsPerSecond / 1e12).text(digits: 1)) TFLOP/s",
                line.step.implementation,
            ])
        }
        let explanation = try await explanation(of: pass(), on: Device(try gpu.backend(.f32)))
        if let line = explanation.lines.max(by: { $0.seconds < $1.seconds }) {
            let bytes = 2 * 4 * Double(elements)
            rows.append([
                "one pass over \(elements) floats", "\((bytes / line.seconds / 1e12).text(digits: 2)) TB/s",
                line.step.implementation,
            ])
        }
        return markdownTable(header: ["Work", "Rate", "Kernel"], rows)
    }

    private func explanation(of graph: Graph, on device: Device) async throws -> Explanation {
        let program = try await device.compile(graph)
        _ = try await device.explain(program, runs: 3) { _ in [] }
        return try await device.explain(program, runs: 10) { _ in [] }
    }

    private func product(_ type: DataType) throws -> Graph {
        let builder = GraphBuilder()
        let square = TensorType([size, size], type)
        let (left, right) = (try builder.state("left", square), try builder.state("right", square))
        builder.update("left", to: try MatrixMultiplication().applied(to: left, right))
        return builder.graph
    }

    /// Reads and writes each element of a state.
    private func pass() throws -> Graph {
        let builder = GraphBuilder()
        let state = try builder.state("state", .float32([elements]))
        builder.update("state", to: try state * 0.5 + 1)
        return builder.graph
    }
}
