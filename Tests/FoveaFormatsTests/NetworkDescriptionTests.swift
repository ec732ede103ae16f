import FoveaFormats
import FoveaGraph
import FoveaNN
import Testing

@Suite("The description of a saved network")
struct NetworkDescriptionTests {
    private static let description = NetworkDescription(
        signature: Signature(
            inputs: ["images": .float32([1, 8, 8]), "age": TensorType([], .int32)],
            outputs: ["logits": .float32([2])]),
        classNames: ["cat", "dog"],
        preprocessing: ModelDescription.Preprocessing(mean: [0.5], standardDeviation: [0.25]))

    @Test("is read as it was written, with and without preprocessing")
    func roundTrip() throws {
        let plain = NetworkDescription(
            signature: Self.description.signature, classNames: [], preprocessing: nil)
        for description in [Self.description, plain] {
            let text = description.json.text(indented: true)
            #expect(try NetworkDescription(json: JSONValue(parsing: Array(text.utf8))) == description)
        }
    }

    /// The text of a sound description with one part of it replaced.
    private func problem(replacing part: String, with other: String) throws -> String? {
        let text = Self.description.json.text()
        try #require(text.contains(part), "\(text)")
        let changed = Array(text.replacing(part, with: other).utf8)
        return #expect(throws: FoveaError.self) {
            _ = try NetworkDescription(json: JSONValue(parsing: changed))
        }?.problem
    }

    @Test(
        "is refused with the field that is wrong",
        arguments: [
            ("\"format_version\":1", "\"format_version\":2", "format version 2"),
            ("\"shape\":[1,8,8]", "\"shape\":[1,-8,8]", "`inputs[0].shape"),
            ("\"shape\":[1,8,8]", "\"shape\":[1,8.5,8]", "`inputs[0].shape"),
            ("\"shape\":[1,8,8]", "\"shape\":\"1x8x8\"", "`inputs[0].shape"),
            ("\"shape\":[1,8,8]", "\"shape\":[2147483647,2147483647,2147483647]", "elements"),
            ("\"type\":\"int32\"", "\"type\":\"complex64\"", "The field `inputs[1].type` is `complex64`."),
            ("\"name\":\"age\"", "\"name\":\"images\"", "The field `inputs` has a name twice."),
            ("\"name\":\"age\",", "", "`inputs[1].name`"),
            ("\"name\":\"age\"", "\"name\":\"age\",\"unit\":\"years\"", "`inputs[1].unit`"),
            ("\"class_names\":[\"cat\",\"dog\"]", "\"class_names\":[\"cat\",1]", "`class_names"),
            ("\"mean\":[0.5]", "\"mean\":0.5", "`preprocessing.mean`"),
            ("\"outputs\":", "\"results\":", "`results`"),
        ])
    func unsound(part: String, other: String, telling: String) throws {
        let problem = try #require(try problem(replacing: part, with: other))
        #expect(problem.contains(telling), "\(problem)")
    }
}
