import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Networks over texts on the command line")
struct TextCommandTests {
    /// Words of two made-up languages, one with many vowels; a few are in both.
    private func withLanguages(_ body: (_ folder: String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/words", withIntermediateDirectories: true)
            for (name, letters) in [("Softish", Array("aeiouéàn")), ("Hardish", Array("ktpszřgx"))] {
                let words = (0..<60).map { number -> String in
                    let length = 3 + number % 4
                    let places: [Int] = (0..<length).map { (number * 5 + $0 * (1 + number / 8)) % 8 }
                    return String(places.map { letters[$0] })
                }
                let text = (words + ["both", "same"]).joined(separator: "\n")
                try text.write(toFile: "\(folder)/words/\(name).txt", atomically: true, encoding: .utf8)
            }
            try body(folder)
        }
    }

    private func fovea(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(line.split(separator: " ").map(String.init), in: folder)
    }

    @Test("are trained, evaluated on the part that was held out, and used on texts", arguments: ["gru", "cnn1d"])
    func training(_ model: String) throws {
        try withLanguages { folder in
            let line =
                "train --data words --model \(model) --width 8 --epochs 30 --batch-size 8 --lr 0.01 --val-split 0.1 --test-split 0.2 "
                + "--deterministic --seed 3 --json --out run"
            let training = try fovea(line, in: folder)
            #expect(training.status == 0, "\(training.errors)")
            let end = try #require(try training.jsonLines.last)
            #expect(try #require(end["test_accuracy"].double) > 0.9)
            #expect(training.errors.contains("different characters, padded to"), "\(training.errors)")

            let evaluation = try fovea("evaluate --model run --data words --deterministic --json", in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(try evaluation.json["accuracy"] == end["test_accuracy"] && evaluation.json["split"] == "test")
            #expect(try #require(try evaluation.json["macro_f1"].double) > 0.9)
            #expect(evaluation.errors.contains("--val-split 0.1, --test-split 0.2, --seed 3"), "\(evaluation.errors)")

            try "tkpz\nQaeioué\tSoftish\naaàe".write(toFile: "\(folder)/new.txt", atomically: true, encoding: .utf8)
            let prediction = try fovea("predict --model run new.txt ganz.ns eàà --top 1 --json", in: folder)
            #expect(prediction.status == 0, "\(prediction.errors)")
            let texts = try prediction.json.elements
            #expect(texts.count == 5 && texts[1]["text"] == "Qaeioué\tSoftish" && texts[4]["input"] == "eàà")
            #expect(
                texts[0]["predictions"][0]["class"] == "Hardish" && texts[4]["predictions"][0]["class"] == "Softish")
            let table = try fovea("predict --model run tkpz", in: folder)
            #expect(table.output.contains("Text") && table.output.contains("tkpz  Hardish"), "\(table.output)")

            let missing = try fovea("predict --model run nwe.txt", in: folder)
            #expect(missing.status == 66 && missing.errors.contains("There is no file `nwe.txt`."), "\(missing.errors)")
        }
    }

    @Test("are compared on a part that is held out where there is no test part")
    func comparison() throws {
        try withLanguages { folder in
            let line =
                "compare cnn rnn --data words --tokens bytes --width 8 --epochs 4 --batch-size 16 --seeds 2 --json"
            let run = try fovea(line, in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("sequences, held out (--test-split 0.1)"), "\(run.errors)")
            #expect(try run.json["models"].elements.count == 2)
        }
    }

    @Test("say what is wrong with data and options")
    func mistakes() throws {
        try withLanguages { folder in
            func error(_ line: String, _ status: Int32, _ parts: String...) throws {
                let run = try fovea(line, in: folder)
                #expect(run.status == status, "\(line): \(run.errors)")
                for part in parts { #expect(run.errors.contains(part), "\(line): \(run.errors)") }
            }
            try error("train --data words --model gru --tokens letters", 64, "letters")
            try error("train --data words --model gru --test-split 1", 64, "--test-split is 1.0")
            try error(
                "train --data words --model gru --val-split 0.5 --test-split 0.5", 64,
                "Fractions of 0.5 and 0.5 leave nothing to train on.")
            try error("train --data words --model gru --scaling channel", 64, "Texts are neither scaled")
            try error(
                "train --data glyphs --model lenet5 --tokens words", 64, "--tokens is for networks over sequences")
            try error("train --data words --model lenet5", 64, "are sequences, and this is for images")
            try Data([0x61, 0x0a, 0xff]).write(to: URL(filePath: "\(folder)/words/Odd.txt"))
            try error("train --data words --model gru", 65, "words/Odd.txt", "line 2", "The text is not UTF-8.")
            try "1\t2\t3\n2\t4\t5".write(toFile: "\(folder)/numbers.tsv", atomically: true, encoding: .utf8)
            try error(
                "train --data numbers.tsv --model gru --tokens words --val-split 0 --batch-size 2", 64,
                "--tokens is for texts, and `numbers` has series of numbers.")
        }
    }
}
