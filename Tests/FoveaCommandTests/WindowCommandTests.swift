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
                    + "--val-split 0.2 --test-split 0.2 --seed 3 --json --out run")
            #expect(training.status == 0, "\(training.errors)")
            let end = try #require(try training.jsonLines.last)
            #expect(try #require(end["test_accuracy"].double) > 0.75, "\(end)")
            let evaluation = try fovea("evaluate --model run --data wave.csv --json")
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
}
