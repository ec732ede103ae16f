import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Foundation
import Testing

@Suite("A file of choices of kernels")
struct KernelChoicesTests {
    /// Timed, with numbers that a file gives back as they are.
    private static let timed = KernelChoice(
        kernel: "winograd", threads: 2,
        times: [
            KernelTime(KernelCandidate("winograd", threads: 2), best: 0.25e-3, spread: 1.5),
            KernelTime(KernelCandidate("direct on one thread", threads: 1), best: 0.5e-3, spread: 3),
        ],
        timesInProgram: [
            KernelTime(KernelCandidate("winograd", threads: 2), best: 0.25e-3, spread: 1),
            KernelTime(KernelCandidate("direct on one thread", threads: 1), best: 0.75e-3, spread: 1),
        ], isDisturbed: true, looks: 2)

    @Test("gives back what was written, machine by machine, and makes its folders")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/cache/fovea/kernels.json"
            let direct = KernelChoice(kernel: "direct")
            var choices = KernelChoices(["a 3×3": Self.timed, "b": direct], on: "one machine")
            choices.add(["b": KernelChoice(kernel: "direct on one thread")], on: "another")
            choices.add(["b": KernelChoice(kernel: "winograd")], on: "one machine")
            try choices.write(to: path)
            let read = try KernelChoices(readingFrom: path)
            #expect(read == choices)
            #expect(
                read.choices(on: "one machine") == ["a 3×3": Self.timed, "b": KernelChoice(kernel: "winograd")])
            #expect(read.choices(on: "a third").isEmpty)
            #expect(read.machineNames == ["one machine", "another"])
            #expect(
                read.kernels == [
                    "one machine": ["a 3×3": "winograd", "b": "winograd"], "another": ["b": "direct on one thread"],
                ])
        }
    }

    @Test("reads what older versions have written")
    func older() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/kernels.json"
            try Data(#"{"machines": {"m": {"q": "jit:avx2"}}}"#.utf8).write(to: URL(filePath: path))
            let choice = try #require(try KernelChoices(ofRunOrFileAt: folder).choices(on: "m")["q"])
            #expect(choice == KernelChoice(kernel: "jit:avx2"))
            #expect(choice.isDoubtful)
        }
    }

    @Test(
        "refuses what is something else",
        arguments: [
            "", "{", "[]", "{}", #"{"machines": []}"#, #"{"machines": {"m": 3}}"#, #"{"machines": {"m": {"q": 1}}}"#,
            #"{"machines": {}, "more": 1}"#, #"{"machines": {"m": {"q": {"kernel": "k"}}}}"#,
            #"{"machines": {"m": {"q": {"kernel": "k", "disturbed": 1, "looks": 1, "times": []}}}}"#,
            #"{"machines": {"m": {"q": {"kernel": "k", "disturbed": true, "looks": 0, "times": []}}}}"#,
            #"{"machines": {"m": {"q": {"kernel": "k", "threads": -1, "disturbed": true, "looks": 1, "times": []}}}}"#,
            #"{"machines": {"m": {"q": {"kernel": "k", "disturbed": true, "looks": 1, "times": [{"kernel": "k"}]}}}}"#,
            #"{"machines": {"m": {"q": {"kernel": "k", "disturbed": true, "looks": 1, "times": [], "in_program": 1}}}}"#,
            #"{"machines": {"m": {"q": {"kernel": "k", "disturbed": true, "looks": 1, "times": [], "in_program": [1]}}}}"#,
        ])
    func damaged(text: String) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/kernels.json"
            try Data(text.utf8).write(to: URL(filePath: path))
            let error = #expect(throws: FoveaError.self) { try KernelChoices(readingFrom: path) }
            let isJSON = text.hasPrefix("[") || text.hasSuffix("}")
            let fault = isJSON ? "`\(path)` does not hold choices of kernels." : "The JSON text "
            #expect(error?.problem.contains(fault) == true, "\(error?.problem ?? "")")
        }
    }
}
