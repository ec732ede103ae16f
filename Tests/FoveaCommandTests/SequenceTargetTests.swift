import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Numbers, steps and texts as answers on the command line")
struct SequenceTargetTests {
    private func fovea(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(line.split(separator: " ").map(String.init), in: folder)
    }

    private let common = "--batch-size 32 --val-split 0.25 --deterministic --out run --json"

    @Test("a network learns to add what it is told to keep in mind")
    func adding() throws {
        try withTemporaryFolder { folder in
            let training = try fovea(
                "train --data adding:4 --limit-train 2000 --model gru --width 16 --epochs 12 --lr 0.01 --schedule one-cycle \(common)",
                in: folder)
            #expect(training.status == 0, "\(training.errors)")
            let end = try #require(try training.jsonLines.last)
            let error = try #require(end["test_mean_squared_error"].double)
            let constant = try #require(end["test_mean_squared_error_of_the_mean"].double)
            #expect((0.14..<0.19).contains(constant), "1/6 says always the mean")
            #expect(error < 0.03)

            let evaluation = try fovea("evaluate --model run --data adding:4 --deterministic --json", in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            let figures = try evaluation.json
            #expect(figures["mean_squared_error"].double == error)
            #expect(figures["count"].double == 1000)
            let text = try fovea("evaluate --model run --data adding:4", in: folder)
            #expect(text.output.contains("squared error "), "\(text.output)")

            let prediction = try fovea("predict --model run adding:4 --json", in: folder)
            #expect(prediction.status == 0, "\(prediction.errors)")
            #expect(try prediction.json.elements.count == 1000)
            let refused = try fovea("predict --model run adding:4 --top 2", in: folder)
            #expect(refused.status == 64)
            #expect(refused.errors.contains("--top is for classes of whole sequences."))
        }
    }

    @Test("a network says a class for each step")
    func copying() throws {
        try withTemporaryFolder { folder in
            let training = try fovea(
                "train --data copy:2 --limit-train 600 --model tcn --width 8 --epochs 2 --lr 0.01 \(common)", in: folder
            )
            #expect(training.status == 0, "\(training.errors)")
            #expect(try #require(try training.jsonLines.last?["test_accuracy"].double) > 0.5)
            let prediction = try fovea("predict --model run copy:2", in: folder)
            #expect(prediction.status == 0, "\(prediction.errors)")
            let row = try #require(prediction.output.split(separator: "\n").last)
            #expect(try #require(row.split(separator: " ").last).count == 22)
            let refused = try fovea(
                "train --data copy:2 --limit-train 100 --model cnn1d --width 8 --epochs 1 --batch-size 32 --out other",
                in: folder)
            #expect(refused.errors.contains("CNN1D gives one answer for a sequence"), "\(refused.errors)")
            let compared = try fovea("compare cnn rnn --data copy:2", in: folder)
            #expect(compared.status == 64)
            #expect(compared.errors.contains("asks for something else than the class of each sequence"))
        }
    }

    @Test("a model of a language writes what it has read", arguments: ["lstm", "tcn"])
    func writing(_ model: String) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/texts", withIntermediateDirectories: true)
            for (name, ending) in [("one", "abcabcabc"), ("two", "abcabc")] {
                try (10..<50).map { "\($0)\(ending)\n" }.joined().write(
                    toFile: "\(folder)/texts/\(name).txt", atomically: true, encoding: .utf8)
            }
            let training = try fovea(
                "train --data texts --model \(model) --width 24 --next-token --epochs 60 --lr 0.01 --batch-size 16 --val-split 0.1 "
                    + "--deterministic --out run", in: folder)
            #expect(training.status == 0, "\(training.errors)")
            let likely = try fovea(
                "generate --model run --deterministic --count 3 --temperature 0 --prompt 12ab", in: folder)
            #expect(likely.status == 0, "\(likely.errors)")
            let lines = likely.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { $0 == lines[0] && $0.hasPrefix("12abcabc") && $0.count < 20 }, "\(lines)")

            let drawn = "generate --model run --deterministic --count 4 --length 12 --json --seed "
            let texts = try fovea(drawn + "1", in: folder)
            #expect(texts.output == (try fovea(drawn + "1", in: folder)).output)
            #expect(try texts.json.elements.count == 4)

            let refused = try fovea("generate --model run --prompt 12x", in: folder)
            #expect(refused.status == 64)
            #expect(refused.errors.contains("Token 3 of the prompt `12x` is none that the model has seen."))
            // A text longer than those it was trained on.
            try "12\(String(repeating: "abc", count: 8))\tone\n34abcabc\ttwo\n".write(
                toFile: "\(folder)/long.txt", atomically: true, encoding: .utf8)
            let measured = try fovea("evaluate --model run --data long.txt --json", in: folder)
            #expect(measured.status == 0, "\(measured.errors)")
            #expect(try measured.json["count"].double == 2)
            let asked = try fovea("predict --model run abc", in: folder)
            #expect(asked.errors.contains("Use `fovea generate`"), "\(asked.errors)")
        }
    }

    @Test("only a model of a language writes")
    func refused() throws {
        try withTemporaryFolder { folder in
            let line =
                "train --data copy:2 --limit-train 100 --model lstm --width 4 --epochs 1 --batch-size 32 --val-split 0 --out run"
            #expect(try fovea(line, in: folder).status == 0)
            let written = try fovea("generate --model run", in: folder)
            #expect(written.status == 64)
            #expect(written.errors.contains("it was trained for something else than the next token"))
            let series = try fovea("\(line)2 --next-token", in: folder)
            #expect(series.status == 64)
            #expect(series.errors.contains("Only texts have a next token."))
            try "ab\tone\nba\ttwo\n".write(toFile: "\(folder)/t.txt", atomically: true, encoding: .utf8)
            for model in ["bilstm", "cnn1d"] {
                let ahead = try fovea(
                    "train --data t.txt --model \(model) --next-token --val-split 0 --batch-size 2 --epochs 1 --out ahead",
                    in: folder)
                #expect(ahead.status == 64)
                #expect(ahead.errors.contains("reads the token that it is to predict"), "\(ahead.errors)")
            }
            for (flag, remedy) in [
                ("--count 0", "Use 1 to 1,000"), ("--temperature -1", "Use 0 to 100"), ("--length 0", "Use 1 to"),
            ] {
                let wrong = try fovea("generate --model run \(flag)", in: folder)
                #expect(wrong.status == 64)
                #expect(wrong.errors.contains(remedy), "\(wrong.errors)")
            }
        }
    }
}
