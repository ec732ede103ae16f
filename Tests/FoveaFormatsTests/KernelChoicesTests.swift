import FoveaFormats
import FoveaGraph
import FoveaTestSupport
import Foundation
import Testing

@Suite("A file of choices of kernels")
struct KernelChoicesTests {
    @Test("gives back what was written, machine by machine, and makes its folders")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/cache/fovea/kernels.json"
            var choices = KernelChoices(["a 3×3": "winograd", "b": "direct"], on: "one machine")
            choices.add(["b": "direct on one thread"], on: "another")
            choices.add(["b": "winograd"], on: "one machine")
            try choices.write(to: path)
            let read = try KernelChoices(readingFrom: path)
            #expect(read == choices)
            #expect(read.choices(on: "one machine") == ["a 3×3": "winograd", "b": "winograd"])
            #expect(read.choices(on: "a third").isEmpty)
            #expect(read.machineNames == ["one machine", "another"])
        }
    }

    @Test(
        "refuses what is something else",
        arguments: [
            "", "{", "[]", "{}", #"{"machines": []}"#, #"{"machines": {"m": 3}}"#, #"{"machines": {"m": {"q": 1}}}"#,
            #"{"machines": {}, "more": 1}"#,
        ])
    func damaged(text: String) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/kernels.json"
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(throws: FoveaError.self) { try KernelChoices(readingFrom: path) }
        }
    }
}
