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
}
