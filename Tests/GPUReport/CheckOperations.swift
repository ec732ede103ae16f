import ArgumentParser
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport

struct CheckOperations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract: "Compares every operation and its gradients with the reference, in memory filled with NaN.")

    @Option var precision = ReportPrecision.f32
    @Option(help: "Only operations whose names contain one of these, separated by commas.") var only: String?
    @Option(help: "Number of devices that work at the same time.") var jobs = 8
    @Option(help: "Cases of an operation; all by default.") var limit: Int?
    @Option(help: "Largest relative error; by default the precision's: 1e-5, 1e-3, 1e-2.") var largestError: Double?

    private var bar: Double { largestError ?? precision.bar }

    func run() async throws {
        let (text, isWithinBar) = try await table(GPU.open())
        print(text)
        try require(isWithinBar)
    }

    func table(_ gpu: GPU) async throws -> (text: String, isWithinBar: Bool) {
        let names = only?.split(separator: ",").map(String.init)
        let work = try JoinedCases.all(of: precision.arithmetic) { testCase in
            isMeant(testCase.operation) && (names?.contains { testCase.operationName.contains($0) } ?? true)
        }.map { joined in
            try limit.map { try JoinedCases(Array(joined.cases.prefix($0)), of: precision.arithmetic) } ?? joined
        }
        let results = try await withThrowingTaskGroup(of: [(String, [(String, Double)], [String])].self) { group in
            for job in 0..<max(1, jobs) {
                group.addTask {
                    let device = Device(try gpu.backend(precision, poisonsMemory: true))
                    var found: [(String, [(String, Double)], [String])] = []
                    for joined in stride(from: job, to: work.count, by: max(1, jobs)).map({ work[$0] }) {
                        let (errors, fallbacks) = try await joined.relativeErrors(device)
                        found.append((joined.cases.first?.operationName ?? "", errors, fallbacks))
                    }
                    return found
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let operations = Dictionary(grouping: results, by: \.0).mapValues { $0.flatMap(\.1) }
        let fallbacks = Set(results.flatMap(\.2)).sorted()
        let rows = operations.sorted { $0.key < $1.key }.map { name, errors in
            let above = errors.filter { !($0.1 <= bar) }
            let worst = errors.max { ($0.1.isNaN ? .infinity : $0.1) < ($1.1.isNaN ? .infinity : $1.1) }
            return [
                name, "\(errors.count)", worst?.1.scientific ?? "–", "\(above.count)",
                above.isEmpty ? "" : worst?.0 ?? "",
            ]
        }
        let header = ["Operation", "Results", "Largest error", "Above \(bar.scientific)", "The worst"]
        let total = operations.values.reduce(0) { $0 + $1.count }
        let above = operations.values.reduce(0) { $0 + $1.count { !($0.1 <= bar) } }
        let summary =
            "\(total) results of \(operations.count) operations in \(precision.rawValue), \(above) above the bar; "
            + (fallbacks.isEmpty ? "none on the reference backend." : "on the reference backend: \(fallbacks).")
        return ("\(summary)\n\n\(markdownTable(header: header, rows))", above == 0 && fallbacks.isEmpty && total > 0)
    }

    /// Casts change types, which the table of cases does not; in bfloat16, networks compute the others in float32.
    private func isMeant(_ operation: any Operation) -> Bool {
        let name = operation.operationName
        let inFloat32 = ["Recurrence", "Sequence", "Lengths", "Softmax"]
        return name != "Cast" && (precision != .bf16 || !inFloat32.contains { name.contains($0) })
    }
}
