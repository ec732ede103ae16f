import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Windows of one long series on the command line")
struct WindowCommandTests {
    @Test("are trained on, evaluated where the training held out, and classified")
    func training() throws {
        try withTemporaryFolder { folder in
            // A wave that is slow and fast by turns.
            var rows = ["time,x,label"]
            for step in 0..<600 {
                let isFast = step / 60 % 2 == 1
                rows.append("\(step),\(sin(Double(step) * (isFast ? 1.6 : 0.4))),\(isFast ? "fast" : "slow")")
            }
            try rows.joined(separator: "\n").write(toFile: "\(folder)/wave.csv", atomically: true, encoding: .utf8)
            func fovea(_ line: String) throws -> FoveaProcess {
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder)
            }
            let training = try fovea(
                "train --data wave.csv --window 20 --stride 4 --model cnn1d --width 8 --epochs 20 --batch-size 8 --lr 0.01 "
                    + "--val-split 0.2 --test-split 0.2 --seed 3 --deterministic --json --out run")
            #expect(training.status == 0, "\(training.errors)")
            let end = try #require(try training.jsonLines.last)
            #expect(try #require(end["test_accuracy"].double) > 0.75, "\(end)")
            let evaluation = try fovea("evaluate --model run --data wave.csv --deterministic --json")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(try evaluation.json["accuracy"] == end["test_accuracy"] && evaluation.json["split"] == "test")
            let prediction = try fovea("predict --model run wave.csv --json")
            #expect(prediction.status == 0, "\(prediction.errors)")
            #expect(try prediction.json.elements.count == 146)
            let summary = try fovea("summary --model tcn --data wave.csv --window 20 --json")
            #expect(summary.status == 0, "\(summary.errors)")
            let ignored = try fovea("summary --model tcn --input 1x20 --classes 2 --window 20")
            #expect(
                ignored.status == 64 && ignored.errors.contains("--window says how --data is read"), "\(ignored.errors)"
            )
            let without = try fovea("train --data wave.csv --stride 4 --model gru")
            #expect(without.status == 64 && without.errors.contains("--stride is for windows"), "\(without.errors)")
            let long = try fovea("train --data wave.csv --window 601 --model gru")
            #expect(
                long.status == 65 && long.errors.contains("A window has 601 steps, and the whole series has 600."),
                "\(long.errors)")
        }
    }

    @Test("are what forecasts are made from: of known steps, which are measured, and of those after the last")
    func forecasting() throws {
        try withTemporaryFolder { folder in
            func wave(_ steps: Range<Int>) -> String {
                "time,heat,tide\n"
                    + steps.map { "\($0),\(100 + 3 * sin(Double($0) * 0.3)),\(cos(Double($0) * 0.3))" }
                    .joined(separator: "\n")
            }
            try wave(0..<500).write(toFile: "\(folder)/wave.csv", atomically: true, encoding: .utf8)
            func fovea(_ line: String) throws -> FoveaProcess {
                try FoveaProcess(line.split(separator: " ").map(String.init), in: folder)
            }
            let line =
                "train --data wave.csv --window 24 --stride 1 --horizon 5 --forecast heat --model gru --width 12 --epochs 12 "
                + "--batch-size 16 --lr 0.01 --val-split 0.2 --test-split 0.2 --deterministic --json --out "
            let training = try fovea("\(line)run")
            #expect(training.status == 0, "\(training.errors)")
            let end = try #require(try training.jsonLines.last)
            let squared = try #require(end["test_mean_squared_error"].double)
            // In the units of the file: the wave has a variance of 4.5.
            #expect(squared < 0.2, "\(end)")
            #expect(try #require(end["test_mean_squared_error_of_the_mean"].double) > 4)
            #expect(try #require(end["test_mean_squared_error_of_the_last_value"].double) > 1)

            let evaluation = try fovea("evaluate --model run --data wave.csv --deterministic --json")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(try evaluation.json["mean_squared_error"].double == squared)

            try wave(440..<464).write(toFile: "\(folder)/now.csv", atomically: true, encoding: .utf8)
            let prediction = try fovea("predict --model run now.csv --json")
            #expect(prediction.status == 0, "\(prediction.errors)")
            let window = try #require(try prediction.json.elements.first)
            #expect(try prediction.json.elements.count == 1 && window["lines"] == [2, 25])
            let numbers = window["predictions"]["heat"].elements.compactMap(\.double)
            #expect(numbers.count == 5)
            for (number, step) in zip(numbers, 464...) {
                #expect(abs(number - (100 + 3 * sin(Double(step) * 0.3))) < 1.5, "step \(step): \(number)")
            }
            let table = try fovea("predict --model run now.csv")
            #expect(table.output.contains("Lines") && table.output.contains("2–25"), "\(table.output)")

            let both = try fovea(
                "\(line.replacing("--forecast heat ", with: "").replacing("--epochs 12", with: "--epochs 1"))both")
            #expect(try both.jsonLines.last?["test_tide.mean_absolute_error"].double != nil, "\(both.errors)")

            func error(_ line: String) throws -> String {
                let run = try fovea(line)
                #expect(run.status == 64, "\(run.errors)")
                return run.errors
            }
            let start = "train --data wave.csv --model gru"
            #expect(try error("\(start) --horizon 3").contains("--horizon is for windows, and there is no --window."))
            #expect(try error("\(start) --window 9 --horizon 0").contains("--horizon is 0. Use 1 to 100,000."))
            #expect(try error("\(start) --window 9 --forecast heat").contains("--forecast names a channel"))
            #expect(
                try error("\(start) --window 9 --horizon 2 --scaling series").contains("has lost the level"))
        }
    }
}
