import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Files of series: the UCR archive's .txt and .tsv")
struct UCRFileTests {
    @Test("have a number as label, then values, between blanks, tabs or commas")
    func plain() throws {
        for text in [
            "  2.0000000e+00  1.5 -2\r\n\n 1 3 4e-1\n", "2\t1.5\t-2\n1\t3\t0.4", "\u{FEFF}2,1.5, -2,\n1 ,3,.4",
        ] {
            for name in ["x.txt", "x.tsv"] {
                let set = try loadSequences(text, as: name)
                #expect(set.classNames == ["1", "2"] && set.labels == [1, 0] && set.channels == 1)
                #expect(Array(set.series(at: 0)) == [1.5, -2] && Array(set.series(at: 1)) == [3, 0.4])
            }
        }
    }

    @Test("have classes in the order of their numbers, whole ones without a point")
    func classes() throws {
        let set = try loadSequences("10\t1\n-1\t1\n2.50\t1\n1e0\t1", as: "x.tsv")
        #expect(set.classNames == ["-1", "1", "2.5", "10"] && set.labels == [3, 0, 2, 1])
    }

    @Test("have shorter series where values are missing at the end, and missing values elsewhere")
    func missing() throws {
        #expect(try loadSequences("1\t5\t6\tNaN\tNaN\n2\t1\t2\t3\t4", as: "x.tsv").lengths == [2, 4])
        let set = try loadSequences("1 NaN 6 NaN 7 NaN\n2 1", as: "x.txt", options: SequenceOptions(missing: .zero))
        #expect(set.lengths == [4, 1] && set.series(at: 0).map(\.isNaN) == [true, false, true, false])
        #expect(
            sequenceProblem("1 1 2\n1 3 NaN 6\n2 1", as: "x.txt")
                == "`x.txt`: line 2: Value 2 is missing. Choose how missing values are filled: `linear`, `zero` or `indicator`."
        )
    }

    @Test(
        "say with file and line what is wrong",
        arguments: [
            (
                "1 2\nA 3 4",
                "`x.txt`: line 2: The label `A` is no number. Each line of a UCR file begins with the number"
            ),
            ("1 2\nNaN 3 4", "`x.txt`: line 2: The label `NaN` is no number."),
            ("1 2\n1 3 b", "`x.txt`: line 2: Value 2 is `b`, which is no number that fits 32 bits."),
            ("1 2\n1,,3", "`x.txt`: line 2: Field 2 is empty. Write NaN where a value is missing."),
            ("1 2\n\n2", "`x.txt`: line 3: The series is empty."),
            ("1 2\n2 NaN NaN", "`x.txt`: line 2: The series is empty."),
        ])
    func wrong(text: String, problem: String) {
        let found = sequenceProblem(text, as: "x.txt")
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test("may end anywhere")
    func cuts() {
        let bytes = Array("\u{FEFF} 2.0e+00\t1.5,-2 NaN\r\n1 ,3 4e-1\n\n-1 NaN 2".utf8)
        #expect(survivesCuts(bytes) { try UCRFile($0).read(into: &$1) })
    }

    @Test("Decimal numbers are read to the nearest number, and nothing else is a number")
    func decimals() {
        func number(_ text: String) -> Double? { Array(text.utf8).decimalNumber(in: 0..<text.utf8.count) }
        for text in [
            "0", "-0.0", "1", "+2", "3.", ".5", "1e5", "1E-5", "-6.4788540e-01", "123456789012345678901234567890",
            "0.1",
            "9007199254740993", "1e23", "2.2250738585072014e-308", "5e-324", "1e-400",
            "0.000000000000000000000000000012345",
            "179769313486231570000000000000000000000e270", "4.35", "1234567890.12345678901234567890e-7",
        ] {
            #expect(number(text) == Double(text), "\(text)")
        }
        for text in [
            "", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1_000", "1 2", "1.2.3", "--1", "inf", "nan", "1f", "١",
        ] {
            #expect(number(text) == nil, "\(text)")
        }
        #expect(number("1e99999999999999999999") == .infinity || number("1e99999999999999999999") == nil)
    }
}
