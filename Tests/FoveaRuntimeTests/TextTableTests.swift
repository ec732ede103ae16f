import FoveaRuntime
import Testing

@Suite("Tables of text")
struct TextTableTests {
    @Test("align text to the left and numbers to the right, without blanks at the ends of lines")
    func alignment() {
        let table = textTable(
            header: ["layer", "count"], rows: [["conv1", "7"], ["–", "1234567"]], rightAligned: [1])
        #expect(
            table == """
                layer    count
                conv1        7
                –      1234567
                """)
        #expect(textTable(header: ["a", "b"], rows: [["long", ""]]) == "a     b\nlong")
    }
}
