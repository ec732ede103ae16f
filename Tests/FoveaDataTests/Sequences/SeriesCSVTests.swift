import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Files of series: .csv")
struct SeriesCSVTests {
    @Test("wide ones have a row for each series, and the class in the column `label`, else in the last")
    func wide() throws {
        for text in [
            "Label,t0,t1,t2\r\nup,1,2.5,3\r\ndown,4,5,\r\n", "\u{FEFF}t0;t1;t2;label\n1;2.5;3;up\n4;5;;down",
            "1,2.5,3,up\n4,5,,down\n", "0,1,2,class\n1,2.5,3,up\n4,5,?,down\n",
            "a\tb\tc\td\n1\t2.5\t3\tup\n4\t5\tNaN\tdown",
        ] {
            let set = try loadSequences(text, as: "x.csv")
            #expect(set.classNames == ["down", "up"] && set.labels == [1, 0] && set.lengths == [3, 2], "\(text)")
            #expect(Array(set.series(at: 0)) == [1, 2.5, 3] && Array(set.series(at: 1)) == [4, 5], "\(text)")
        }
        let bare = try loadSequences("a,b,label\n1,2,\n3,4,\n", as: "x.csv")
        #expect(bare.labels.isEmpty && bare.count == 2)
    }

    private static let long = """
        time,id,x,y,label\r
        10,a,1,5,up\r
        2,a,3,,up\r
        1,b,7,8,down\r

        """

    @Test("long ones have a row for each step, in the order of the times")
    func long() throws {
        let set = try loadSequences(Self.long, as: "x.csv", options: SequenceOptions(missing: .zero))
        #expect(
            set.classNames == ["down", "up"] && set.labels == [1, 0] && set.channels == 2 && set.lengths == [2, 1])
        #expect(set.series(at: 0).map { $0.isNaN ? -1 : $0 } == [3, 1, -1, 5])
        #expect(Array(set.series(at: 1)) == [7, 8])
        let dates = "id,timestamp,x\n1,2024-02-01,5\n1,2023-12-31,4\n2,2024-01-01,6\n"
        let dated = try loadSequences(dates, as: "x.csv")
        #expect(Array(dated.series(at: 0)) == [4, 5] && dated.labels.isEmpty)
        #expect(
            sequenceProblem(Self.long, as: "x.csv")
                == "`x.csv`: line 2: Value 1 of channel 2 is missing. Choose how missing values are filled: `linear`, `zero` or `indicator`."
        )
    }

    @Test(
        "say with file and line what is wrong",
        arguments: [
            ("t0,t1,label\n1,2,up\n\n1,up", "`x.csv`: line 4: The row has 2 fields, the first has 3."),
            ("t0,t1,label\n1,2,up\n1,b,up", "`x.csv`: line 3: Value 2 is `b`, which is no number that fits 32 bits."),
            ("t0,t1,label\n1,2,up\n1,2,", "`x.csv`: line 3: The series has no label, unlike those before it."),
            ("t0,t1,label\n1,2,up\n,,up", "`x.csv`: line 3: The series is empty."),
            ("id,time,label\n1,2,up", "`x.csv`: line 1: The header has no column for a channel."),
            (
                "id,time,x,label\n1,2,5,up\n1,3,5,down",
                "`x.csv`: line 3: The series `1` has the label `down`, and `up` before."
            ),
            (
                "id,time,x\na,2,5\nb,2,5\na,2.0,6",
                "`x.csv`: line 4: The series `a` has the time `2.0` already, on line 2. Give each step"
            ),
            ("id,time,x\n1,1,5\n1,2,x", "`x.csv`: line 3: Value 2 is `x`"),
            ("id,time,x\n1,1", "`x.csv`: line 2: The row has 2 fields, the first has 3."),
            ("id,time,x\n", "`x.csv`: The file has no series."),
            ("id,time,x\n1,\"1,5", "`x.csv`: line 2: The quote that begins here is never closed."),
            ("path,label\na.png,b\n", "The kind of the sequences at `x.csv` is not known."),
            ("name,town\nAda,Rome\n", "The kind of the sequences at `x.csv` is not known."),
        ])
    func wrong(text: String, problem: String) {
        let found = sequenceProblem(text, as: "x.csv")
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test("come in pairs, and a label that training lacks has its file and line")
    func pairs() throws {
        let files = ["w_TRAIN.csv": Array("1,2,a\n3,4,b\n".utf8), "w_TEST.csv": Array("1,2,a\n3,4,c\n".utf8)]
        #expect(
            sequenceProblem(files, "").hasPrefix(
                "`w_TEST.csv`: line 2: The label `c` is none of the 2 classes of the training data"))
    }
}
