import Foundation
import FoveaCPU
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

/// What is known of every operation, gathered from the table of cases, the backends and the operations' documentation.
private struct SupportMatrix {
    /// A row: one operation.
    struct Row {
        var cases = 0
        var isDifferentiable = false
        /// How many of its nodes in the cases' graphs the CPU backend supports, and how many there are.
        var supported = 0
        var nodes = 0

        var cpu: String { supported == nodes ? "yes" : supported == 0 ? "falls back" : "partly" }
    }

    private(set) var rows: [String: Row] = [:]

    init(cases: [OperationCase], cpu: any Backend) throws {
        for testCase in cases {
            rows[testCase.operationName, default: Row()].cases += 1
            if !testCase.differentiable.isEmpty { rows[testCase.operationName]?.isDifferentiable = true }
            let graph = try testCase.graph(.float32, withGradients: !testCase.differentiable.isEmpty)
            for node in graph.nodes where !(node.operation is Placeholder || node.operation is Constant) {
                let name = node.operation.operationName
                rows[name, default: Row()].nodes += 1
                let operands = node.operands.map(graph.type(of:))
                if cpu.supports(node.operation, operands: operands, results: node.results) {
                    rows[name]?.supported += 1
                }
            }
        }
    }

    func markdown() throws -> String {
        let names = rows.keys.sorted()
        let forward = try names.filter { rows[$0]?.cases != 0 }.compactMap { name in
            try rows[name].map { row in
                let (onnx, torch) = try counterparts(of: name)
                return "| \(name) | \(onnx) | \(torch) | \(row.cpu) | \(row.isDifferentiable ? "yes" : "–") | "
                    + "\(row.cases) |"
            }
        }
        let backward = names.filter { rows[$0]?.cases == 0 }.compactMap { name in
            rows[name].map { "| \(name) | \($0.cpu) |" }
        }
        return """
            # Operations

            Written by `SupportMatrixTests`; run the tests with `FOVEA_UPDATE_DOCS=1` to write it anew.

            The reference backend runs every operation by its definition, in Double. The column *CPU* says whether the CPU
            backend has a kernel for it in float32; what falls back runs on the reference backend, and the program's
            report says so. Every case compares the backends with each other, alone and with its gradients, and, where
            the operation is differentiable, the gradients with central differences in Double.

            | Operation | ONNX | PyTorch | CPU | Differentiable | Cases |
            |---|---|---|---|---|---|
            \(forward.joined(separator: "\n"))

            These occur in backward passes only, and are checked with the operations that they belong to:

            | Operation | CPU |
            |---|---|
            \(backward.joined(separator: "\n"))

            """
    }

    /// The names that an operation has elsewhere, as its documentation gives them.
    private func counterparts(of name: String) throws -> (onnx: String, torch: String) {
        let file = SharedData.packageRoot.appending(path: "Sources/FoveaGraph/Operations/\(name).swift")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let declaration = try #require(lines.firstIndex { $0.hasPrefix("public struct \(name):") })
        let comment = lines[..<declaration].reversed().prefix { $0.hasPrefix("///") }.reversed()
            .map { $0.dropFirst(4) }.joined(separator: " ")
        func cell(_ found: Substring?) -> String { found.map { "`\($0)`" } ?? "–" }
        return (
            cell(comment.firstMatch(of: /ONNX `(\w+)`/)?.output.1),
            cell(comment.firstMatch(of: /`(torch\.[\w.]+)/)?.output.1)
        )
    }
}

@Suite("The page of operations")
struct SupportMatrixTests {
    @Test("docs/ops.md shows what the table of cases and the CPU backend know")
    func page() throws {
        let matrix = try SupportMatrix(cases: OperationCase.all(), cpu: CPUBackend(threads: 1)).markdown()
        let page = SharedData.packageRoot.appending(path: "docs/ops.md")
        if ProcessInfo.processInfo.environment["FOVEA_UPDATE_DOCS"] == "1" {
            try matrix.write(to: page, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(written == matrix, "Run the tests with FOVEA_UPDATE_DOCS=1 to write docs/ops.md anew.")
    }
}
