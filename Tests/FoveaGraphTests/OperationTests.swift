import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("Every operation")
struct OperationTests {
    @Test(
        "has the gradient that differences show",
        arguments: try OperationCase.all().filter { $0.isSmooth && !$0.differentiable.isEmpty })
    func gradient(testCase: OperationCase) throws {
        let failures = try testCase.gradientFailures()
        #expect(failures.isEmpty, "\(testCase): \(failures.joined(separator: "; "))")
    }

    @Test("is in the table of cases, itself or as part of a gradient")
    func tableIsComplete() throws {
        let folder = SharedData.packageRoot.appending(path: "Sources/FoveaGraph/Operations")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let declared = try files.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: /static let name = "(\w+)"/).map { String($0.1) }
        }
        var covered = Set<String>()
        for testCase in try OperationCase.all() {
            let graph = try testCase.graph(.float32, withGradients: !testCase.differentiable.isEmpty)
            covered.formUnion(graph.nodes.map(\.operation.operationName))
        }
        #expect(declared.count > 50)
        #expect(Set(declared).subtracting(covered) == [])
    }
}
