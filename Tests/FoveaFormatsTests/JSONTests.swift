import FoveaGraph
import OrderedCollections
import Testing

@testable import FoveaFormats

@Suite("JSON is read strictly and always written valid")
struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test("A document is read with the order of its fields")
    func reads() throws {
        let value = try parse(
            #" { "b" : [1, -2, 0.5, 1e3, -0.0] , "a": {"x": null, "y": true, "z": false}, "": "a\"\\\/\n\u00e9\ud83d\ude00é" } "#
        )
        #expect(
            value == [
                "b": [1, -2, 0.5, .number(1000), .number(-0.0)], "a": ["x": nil, "y": true, "z": false],
                "": "a\"\\/\né😀é",
            ])
        guard case .object(let fields) = value else {
            Issue.record("not an object")
            return
        }
        #expect(Array(fields.keys) == ["b", "a", ""])
    }

    @Test(
        "What is not JSON is refused with the place",
        arguments: [
            ("", 0, "ends where a value should be"),
            (" ", 1, "ends where a value should be"),
            ("{", 1, "has no field name where one should be"),
            ("[", 1, "ends where a value should be"),
            ("\"", 1, "ends inside a string"),
            ("[1,]", 3, "has no value where one should be"),
            ("[,1]", 1, "has no value where one should be"),
            ("{\"a\":}", 5, "has no value where one should be"),
            ("{\"a\" 1}", 5, "has no colon where one should be"),
            ("{a:1}", 1, "has no field name where one should be"),
            ("{\"a\":1,}", 7, "has no field name where one should be"),
            ("[1 2]", 3, "has no comma or closing bracket where one should be"),
            ("[1]]", 3, "has something after its end"),
            ("01", 0, "has a number that starts with 0"),
            ("-", 1, "has no digit where one should be"),
            ("+1", 0, "has no value where one should be"),
            (".5", 0, "has no value where one should be"),
            ("1.", 2, "has no digit where one should be"),
            ("1e", 2, "has no digit where one should be"),
            ("1e+", 3, "has no digit where one should be"),
            ("0x10", 1, "has something after its end"),
            ("NaN", 0, "has no value where one should be"),
            ("Infinity", 0, "has no value where one should be"),
            ("-Infinity", 1, "has no digit where one should be"),
            ("1e400", 0, "has a number that is too large"),
            ("nul", 0, "has no value where one should be"),
            ("truE", 0, "has no value where one should be"),
            ("'a'", 0, "has no value where one should be"),
            ("\"\\x\"", 2, "has an unknown escape in a string"),
            ("\"\\u12g4\"", 5, "has an escape without four hexadecimal digits"),
            ("\"\\u123", 6, "has an escape without four hexadecimal digits"),
            ("\"\\ud800\"", 7, "has no second half of a surrogate pair where one should be"),
            ("\"\\ud800\\n\"", 8, "has no second half of a surrogate pair where one should be"),
            ("\"\\udc00\"", 7, "has half a surrogate pair"),
            ("\"a\nb\"", 2, "has a control character inside a string"),
            ("// c\n1", 0, "has no value where one should be"),
            ("\u{feff}1", 0, "has no value where one should be"),
            ("{\"a\":1,\"a\":2}", 7, "has the field `a` twice"),
            ("{\"\\u0061\":1,\"a\":2}", 12, "has the field `a` twice"),
            ("{\"é\":1,\"e\u{301}\":2}", 8, "has the field `é` twice"),
        ])
    func refuses(text: String, byte: Int, fault: String) {
        let error = #expect(throws: FoveaError.self) { try parse(text) }
        #expect(error?.code == .badData)
        #expect(error?.problem == "byte \(byte): The JSON text \(fault).")
    }

    /// What a text is refused for.
    private func problem(_ bytes: [UInt8]) -> String? {
        #expect(throws: FoveaError.self) { try JSONValue(parsing: bytes) }?.problem
    }

    @Test("Text that is not UTF-8 is refused")
    func refusesOtherEncodings() {
        for string: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]] {
            #expect(problem([0x22] + string + [0x22]) == "byte 0: The JSON text has a string that is not UTF-8.")
        }
        for byte: UInt8 in [0xFF, 0] {
            #expect(problem([byte]) == "byte 0: The JSON text has no value where one should be.")
        }
    }

    @Test("Nesting is read up to 64 levels; a bomb of brackets is refused")
    func limitsDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nested(64))
        for (text, byte) in [
            (nested(65), 64), (String(repeating: "[", count: 1_000_000), 64),
            (String(repeating: "{\"a\":", count: 1_000_000), 320),
        ] {
            #expect(problem(Array(text.utf8)) == "byte \(byte): The JSON text is nested more than 64 deep.")
        }
    }

    @Test("A document with too many values or too long a number is refused")
    func limitsSize() {
        let manyValues = "[" + String(repeating: "0,", count: 5_000_000) + "0]"
        #expect(problem(Array(manyValues.utf8)) == "byte 8388607: The JSON text has more than 4194304 values.")
        let longNumber = String(repeating: "1", count: 1_000_000)
        #expect(problem(Array(longNumber.utf8)) == "byte 0: The JSON text has a number of more than 1000 characters.")
    }

    @Test("Only numbers without fraction and exponent that fit are integers")
    func tellsIntegers() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        for text in ["1.0", "1e0", "1E2", "18446744073709551616"] {
            guard case .number = try parse(text) else {
                Issue.record("\(text) was read as an integer")
                continue
            }
        }
    }

    @Test("No truncation of a document is a document, and no damage of a byte traps")
    func survivesDamage() throws {
        let text = Array(#"{"name":["a\u00e9\n",-1.5e-3,true,null,{"é":[]}],"n":12}"#.utf8)
        for count in text.indices {
            #expect(problem(Array(text[..<count]))?.contains(": The JSON text ") == true)
        }
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var damaged = text
                damaged[index] = byte
                do { _ = try JSONValue(parsing: damaged) } catch let error as FoveaError {
                    #expect(error.problem.contains(": The JSON text "))
                }
            }
        }
    }

    @Test("What is written is read back the same, on one line and indented")
    func roundTrips() throws {
        let value: JSONValue = [
            "text": "quote \" backslash \\ line \n tab \t bell \u{7} zero \0 é 😀",
            "numbers": [0.1, -0.0, 1e-300, 1e300, 5],
            "matrix": [[1, 2], [3, 4]], "empty": [], "nothing": [:], "deep": ["list": [["a": nil], true, false]],
        ]
        #expect(try parse(value.text()) == value)
        #expect(try parse(value.text(indented: true)) == value)
        #expect(!value.text().contains("\n"))
    }

    @Test("Indented text puts a field on a line and keeps numbers side by side")
    func indents() {
        let value: JSONValue = ["a": [[1, 2], [3, 4]], "b": ["c": "d"], "e": [:]]
        #expect(
            value.text(indented: true) == """
                {
                  "a": [
                    [1,2],
                    [3,4]
                  ],
                  "b": {
                    "c": "d"
                  },
                  "e": {}
                }
                """)
    }

    @Test("NaN and the infinities become null")
    func writesNoNaN() {
        #expect(
            JSONValue.array([.number(.nan), .number(.infinity), JSONValue(-Float.infinity)]).text()
                == "[null,null,null]")
    }

    @Test("A Float is written with few digits and read back to the same bits")
    func writesFloats() throws {
        #expect(JSONValue(Float(0.1307)).text() == "0.1307")
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100_000 {
            let float = Float(bitPattern: generator.next())
            guard float.isFinite, case .number(let number) = try parse(JSONValue(float).text()) else { continue }
            #expect(Float(number).bitPattern == float.bitPattern)
        }
    }

    @Test("A field that is missing, of another kind or unknown is named")
    func namesFields() throws {
        let fields = try JSONFields(try parse(#"{"n":1.5,"s":[1,"x"],"o":{"f":[1e39]},"big":300}"#))
        func problem(_ body: () throws -> Void) -> String? {
            #expect(throws: FoveaError.self, performing: body)?.problem
        }
        #expect(problem { _ = try fields.string("absent") } == "The field `absent` is missing.")
        #expect(
            problem { _ = try fields.integer("n", in: 0...9) } == "The field `n` is 1.5, not an integer from 0 to 9.")
        #expect(
            problem { _ = try fields.integer("big", in: 0...255) }
                == "The field `big` is 300, not an integer from 0 to 255.")
        #expect(problem { _ = try fields.strings("s") } == "Element 0 of the field `s` is 1, not one of the strings.")
        #expect(
            problem { _ = try fields.object("o").floats("f") }
                == "Element 0 of the field `o.f` is 1e+39, not one of the numbers.")
        #expect(problem { try fields.refuseFields(besides: ["n", "s"]) } == "There is an unknown field `o`.")
        #expect(problem { _ = try JSONFields([]) } == "The document is an array, not an object.")
    }
}
