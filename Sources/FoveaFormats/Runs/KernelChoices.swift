import FoveaFoundation
import FoveaGraph
public import FoveaRuntime
import OrderedCollections

/// The choices of kernels, by machine: found once by timing, and reused by later runs.
///
/// ```json
/// {"machines": {"AMD EPYC, AVX-512, oneDNN 2.6.3, 2 threads": {"convolution forward …": {
///     "kernel": "jit_wino_4x3:avx512_core", "threads": 2, "looks": 1, "disturbed": false,
///     "times": [{"kernel": "jit_wino_4x3:avx512_core", "threads": 2, "ms": 1.25, "spread": 1.1}, …]}}}}
/// ```
/// A choice that was not timed is the kernel's name alone, as all were in older files.
public struct KernelChoices: Hashable, Sendable {
    /// The choice by the question that it answers, by machine.
    private var machines: OrderedDictionary<String, OrderedDictionary<String, KernelChoice>>

    public init() { machines = [:] }

    public init(_ choices: [String: KernelChoice], on machine: String) {
        machines = [:]
        add(choices, on: machine)
    }

    /// The machines that there are choices for.
    public var machineNames: [String] { Array(machines.keys) }

    /// The choices for a machine; empty for an unknown one.
    public func choices(on machine: String) -> [String: KernelChoice] {
        Dictionary((machines[machine] ?? [:]).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The kernels' names by question, by machine, for ``KernelOptions/repeating``.
    public var kernels: [String: [String: String]] {
        Dictionary(
            machines.keys.map { ($0, choices(on: $0).mapValues(\.kernel)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Adds choices, replacing existing ones.
    public mutating func add(_ choices: [String: KernelChoice], on machine: String) {
        machines[machine, default: [:]].merge(choices.sorted { $0.key < $1.key }) { _, new in new }
    }

    // MARK: Files

    /// More than for every network timed so far; a larger file is not of this kind.
    private static let sizeLimit = 64 << 20

    /// - Throws: ``FoveaError`` when the file cannot be read or holds something else.
    public init(readingFrom path: String) throws {
        let json = try JSONValue(parsing: try readFile(at: path, limit: Self.sizeLimit))
        guard case .object(let fields) = json, fields.count == 1, case .object(let machines) = fields["machines"] else {
            throw Self.damaged(path)
        }
        self.machines = try machines.mapValues { choices in
            guard case .object(let choices) = choices else { throw Self.damaged(path) }
            return try choices.mapValues { choice in
                guard let choice = KernelChoice(json: choice) else { throw Self.damaged(path) }
                return choice
            }
        }
    }

    /// Reads the `kernels.json` of a run folder, or a file of that kind.
    ///
    /// - Throws: as ``init(readingFrom:)``.
    public init(ofRunOrFileAt path: String) throws {
        try self.init(readingFrom: FileKind(at: path) == .folder ? "\(path)/kernels.json" : path)
    }

    /// Writes the file, wholly or not at all; missing folders on the way to it are created.
    ///
    /// - Throws: ``FoveaError`` when it cannot be written.
    public func write(to path: String) throws {
        let folder = parentFolder(of: path)
        if FileKind(at: folder) == nil { _ = try createFolder(at: folder) }
        let json: JSONValue = ["machines": .object(machines.mapValues { .object($0.mapValues(\.json)) })]
        try replaceFile(at: path, with: RunFolder.text(json))
    }

    private static func damaged(_ path: String) -> FoveaError {
        FoveaError(
            .badData, "\(quoted(path)) does not hold choices of kernels.",
            remedy: "Give the `kernels.json` of a run folder, or remove the file.")
    }
}
