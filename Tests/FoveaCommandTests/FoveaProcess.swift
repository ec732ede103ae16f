import Foundation
import FoveaFormats
import Testing

/// The real command, run as a person or a script runs it.
struct FoveaProcess {
    let status: Int32
    let output: String
    let errors: String

    /// The command was built beside the test bundle.
    static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "fovea")

    /// Runs `fovea` to its end.
    ///
    /// - Parameters:
    ///   - folder: the working folder.
    ///   - environment: variables that are set for this run.
    ///   - shell: what a shell does instead, for which the command is `$0` and its arguments `$@`.
    init(
        _ arguments: [String], in folder: String, cache: String? = nil, environment: [String: String] = [:],
        shell: String? = nil
    ) throws {
        (status, output, errors) = try Running(
            arguments, in: folder, cache: cache, environment: environment, shell: shell
        ).end()
    }

    /// The whole output as one JSON document.
    var json: JSONValue {
        get throws { try JSONValue(parsing: Array(output.utf8)) }
    }

    /// Each line of the output as a JSON document.
    var jsonLines: [JSONValue] {
        get throws { try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) } }
    }

    /// A command that has been started. What it prints goes to files, so that it never waits for a reader.
    struct Running {
        private let process = Process()
        private let outputFile: URL
        private let errorFile: URL
        /// What the command remembers between runs is not the user's, and not in the folders that tests look at.
        private static let sharedCache = FileManager.default.temporaryDirectory.appending(path: "fovea-tests-cache")
            .path

        init(
            _ arguments: [String], in folder: String, cache: String? = nil, environment: [String: String] = [:],
            shell: String? = nil
        ) throws {
            let name = UUID().uuidString
            outputFile = URL(filePath: "\(folder)/.\(name).out")
            errorFile = URL(filePath: "\(folder)/.\(name).err")
            process.executableURL = shell == nil ? FoveaProcess.executable : URL(filePath: "/bin/sh")
            process.arguments = (shell.map { ["-c", $0, FoveaProcess.executable.path] } ?? []) + arguments
            process.currentDirectoryURL = URL(filePath: folder)
            // Tests run side by side: a team of threads that spins while it waits would starve the others.
            process.environment = ProcessInfo.processInfo.environment.merging([
                "OMP_WAIT_POLICY": "passive",
                "XDG_CACHE_HOME": cache ?? Self.sharedCache,
            ]) { $1 }.merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try Self.emptyFile(outputFile)
            process.standardError = try Self.emptyFile(errorFile)
            try process.run()
        }

        private static func emptyFile(_ url: URL) throws -> FileHandle {
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }

        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        /// What it has printed so far.
        var outputSoFar: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }

        /// The resident memory now, in kB; nil where the system does not say.
        var residentKilobytes: Int? {
            let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        }

        var isRunning: Bool { process.isRunning }

        func end() throws -> (status: Int32, output: String, errors: String) {
            process.waitUntilExit()
            #expect(process.terminationReason == .exit, "the command must not crash")
            let output = try String(contentsOf: outputFile, encoding: .utf8)
            let errors = try String(contentsOf: errorFile, encoding: .utf8)
            for file in [outputFile, errorFile] { try FileManager.default.removeItem(at: file) }
            return (process.terminationStatus, output, errors)
        }
    }
}

/// Runs a line of shell, which passes and connects what a test cannot; `$0` is the command.
func shell(
    _ line: String, in folder: String? = nil, output: Any = FileHandle.nullDevice
) throws -> (status: Int32, errors: String) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", line, FoveaProcess.executable.path]
    process.currentDirectoryURL = folder.map { URL(filePath: $0) }
    process.standardError = errors
    process.standardOutput = output
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
}

extension JSONValue {
    /// An element of an array; null where there is none.
    subscript(index: Int) -> JSONValue {
        elements.indices.contains(index) ? elements[index] : .null
    }

    /// A field of an object, or null.
    subscript(name: String) -> JSONValue {
        if case .object(let fields) = self { fields.first { $0.key == name }?.value ?? .null } else { .null }
    }

    /// The names of an object's fields, in order.
    var names: [String] { if case .object(let fields) = self { fields.map(\.key) } else { [] } }

    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    var double: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
}
