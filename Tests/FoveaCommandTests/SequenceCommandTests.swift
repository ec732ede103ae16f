import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Networks over sequences on the command line")
struct SequenceCommandTests {
    /// Waves that rise or fall, of 8 to 14 steps and two channels, in files called `Waves_TRAIN.ts` and `Waves_TEST.ts`; the test
    /// part has longer ones.
    private func withWaves(_ body: (_ folder: String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for (part, count, longest) in [("TRAIN", 24, 12), ("TEST", 16, 14)] {
                var lines = [
                    "@problemName Waves", "@univariate false", "@equalLength false", "@classLabel true up down",
                    "@data",
                ]
                for number in 0..<count {
                    let (isRising, length) = (number % 2 == 0, 8 + number % (longest - 7))
                    let channels = (0..<2).map { channel in
                        (0..<length).map { step in
                            let slope = isRising ? 1.0 : -1
                            return
                                "\(slope * Double(step) * 0.3 + Double((number * 7 + step * 5 + channel) % 10) * 0.05)"
                        }.joined(separator: ",")
                    }
                    lines.append((channels + [isRising ? "up" : "down"]).joined(separator: ":"))
                }
                try lines.joined(separator: "\n").write(
                    toFile: "\(folder)/Waves_\(part).ts", atomically: true, encoding: .utf8)
            }
            try body(folder)
        }
    }

    private func fovea(_ line: String, in folder: String) throws -> FoveaProcess {
        try FoveaProcess(line.split(separator: " ").map(String.init), in: folder)
    }

    @Test("are trained, evaluated and used as networks for images are", arguments: ["gru", "tcn", "bilstm"])
    func training(_ model: String) throws {
        try withWaves { folder in
            let line =
                "train --data Waves_TRAIN.ts --model \(model) --width 8 --epochs 30 --batch-size 8 --lr 0.01 --val-split 0.25 "
                + "--deterministic --seed 3 --json --out "
            let training = try fovea(line + "run", in: folder)
            #expect(training.status == 0, "\(training.errors)")
            let end = try #require(try training.jsonLines.last)
            #expect(try #require(end["test_accuracy"].double) > 0.9)
            #expect(training.errors.contains("2 channels, padded to 14 steps, scaled by channel"), "\(training.errors)")

            // The same seed gives the same weights, bit for bit, whatever the number of workers.
            let again = try fovea(line + "again --workers 3", in: folder)
            #expect(again.status == 0, "\(again.errors)")
            #expect(
                FileManager.default.contentsEqual(
                    atPath: "\(folder)/run/weights/last.safetensors",
                    andPath: "\(folder)/again/weights/last.safetensors"))

            let evaluation = try fovea("evaluate --model run --data Waves_TRAIN.ts --deterministic --json", in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(try evaluation.json["accuracy"] == end["test_accuracy"] && evaluation.json["split"] == "test")
            let loss = try #require(try evaluation.json["loss"].double)
            #expect(loss > 0 && abs(loss - (end["test_loss"].double ?? 0)) < 1e-6)

            let prediction = try fovea("predict --model run Waves_TEST.ts --top 1 --json", in: folder)
            #expect(prediction.status == 0, "\(prediction.errors)")
            let series = try prediction.json.elements
            #expect(series.count == 16 && series[3]["series"] == 4)
            #expect(series[0]["predictions"][0]["class"] == "up" && series[1]["predictions"][0]["class"] == "down")
        }
    }

    @Test("are summarized with what they see of a sequence, and what they do not")
    func summary() throws {
        try withWaves { folder in
            let tcn = try fovea("summary --model tcn --data Waves_TRAIN.ts --width 5 --json", in: folder)
            #expect(tcn.status == 0, "\(tcn.errors)")
            let json = try tcn.json
            // One level of kernel 7 sees 13 of 14 steps; two see all.
            #expect(json["input"] == [2, 14] && json["receptive_field"] == [14] && json["warnings"].elements.isEmpty)
            #expect(json["layers"].elements.filter { $0["type"] == "Conv1D" }.count == 5)
            let text = try fovea("summary --model cnn1d --input 2x50 --classes 3", in: folder).output
            #expect(text.contains("filters see    7 of 50 steps") && text.contains("result sees    50 of 50 steps"))
            #expect(text.contains("per sequence"))

            let line =
                "train --data Waves_TRAIN.ts --model tcn --width 4 --epochs 1 --batch-size 8 --val-split 0 --out run"
            #expect(try fovea(line, in: folder).status == 0)
            #expect(try fovea("summary --model run --json", in: folder).json["warnings"].elements.isEmpty)
            let longer = try fovea("summary --model run --input 2x90", in: folder)
            #expect(longer.errors.contains("depends on 37 of 90 steps only"), "\(longer.errors)")
        }
    }

    @Test("show where the gradient vanishes: after many steps in a simple recurrent network, not in one of filters")
    func gradients() throws {
        try withWaves { folder in
            func norms(_ model: String) throws -> [Double] {
                let run = try fovea("summary --model \(model) --input 1x60 --classes 2 --gradients --json", in: folder)
                #expect(run.status == 0, "\(run.errors)")
                return try run.json["gradient_norms"].elements.compactMap(\.double)
            }
            let (simple, filters) = (try norms("rnn"), try norms("tcn"))
            #expect(simple.count == 60 && filters.count == 60)
            #expect(simple[0] > 0 && simple[0] < 1e-6 * simple[59])
            #expect(filters[0] > 1e-3 * filters[59])
            let text = try fovea("summary --model rnn --input 1x60 --classes 2 --gradients", in: folder).output
            #expect(text.contains("‖∂L/∂x‖") && text.contains("of the largest"))
        }
    }

    @Test("say what is wrong with the options of summary")
    func summaryMistakes() throws {
        try withWaves { folder in
            for (line, text) in [
                ("--model tcn", "`tcn` has no usual size of its sequences."),
                ("--model lenet5 --data Waves_TRAIN.ts", "--data is for networks over sequences"),
                ("--model tcn --data Waves_TRAIN.ts --classes 2", "says it again"),
                ("--model tcn --input 2x9 --classes 2 --missing zero", "--missing says how --data is read"),
                ("--model tcn --input 2x9 --classes 2 --width 0", "--width is 0"),
                ("--model lenet5 --gradients", "--gradients is for networks over series"),
                ("--model lenet5 --input 2x9", "is none of an image"),
            ] {
                let run = try fovea("summary " + line, in: folder)
                #expect(run.status == 64 && run.errors.contains(text), "\(line): \(run.errors)")
            }
        }
    }

    @Test("say what is wrong with data and options")
    func mistakes() throws {
        try withWaves { folder in
            func error(_ line: String, _ status: Int32, _ parts: String...) throws {
                let run = try fovea(line, in: folder)
                #expect(run.status == status, "\(line): \(run.errors)")
                for part in parts { #expect(run.errors.contains(part), "\(line): \(run.errors)") }
            }
            try error(
                "train --data Waves_TRAIN.ts --model lenet5", 64, "are sequences, and this is for images",
                "`gru` or `tcn`")
            try error(
                "train --data Waves_TRAIN.ts --model gru --augment flip", 64,
                "--augment is for images, and `gru` is a network over sequences")
            try error("train --data glyphs --model lenet5 --width 3", 64, "--width is for networks over sequences")
            try error("train --data Waves_TRAIN.ts --model gru --clip-norm 0", 64, "--clip-norm is 0")
            try error("train --data missing --model gru", 66, "There is no data at `missing`")
            let text = try String(contentsOfFile: "\(folder)/Waves_TRAIN.ts", encoding: .utf8)
            try text.replacingOccurrences(of: ":up", with: ",?:up").write(
                toFile: "\(folder)/Holes_TRAIN.ts", atomically: true, encoding: .utf8)
            let holes = try fovea("train --data Holes_TRAIN.ts --model gru --epochs 1", in: folder)
            #expect(holes.status == 65 && holes.errors.contains("Holes_TRAIN.ts"), "\(holes.errors)")
            try error("compare cnn rnn --data Waves_TRAIN.ts --cnn lstm", 64, "--cnn is `lstm`, which has a memory")
            try error("compare cnn rnn --data Waves_TRAIN.ts --rnn grru", 64, "Did you mean `gru`?")
            try error("compare cnn rnn --data Waves_TRAIN.ts --seeds 1", 64, "--seeds is 1")
            try error(
                "compare cnn rnn --data Waves_TRAIN.ts --test-split 0.5", 64,
                "`Waves_TRAIN.ts` has a test part, and --test-split asks for another.")
        }
    }

    @Test("are compared with as many parameters, seed by seed, in a table, a document and a page")
    func comparison() throws {
        try withWaves { folder in
            let line =
                "compare cnn rnn --data Waves_TRAIN.ts --width 8 --epochs 12 --batch-size 8 --seeds 3 --deterministic "
                + "--page page.html"
            let run = try fovea(line + " --json", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json
            let parameters = [0, 1].compactMap { json["models"][$0]["parameters"].double }
            #expect(parameters.count == 2 && abs(parameters[0] / parameters[1] - 1) < 0.15)
            for model in [0, 1] {
                let accuracies = json["models"][model]["runs"].elements.compactMap { $0["accuracy"].double }
                #expect(accuracies.count == 3)
                let mean = accuracies.reduce(0, +) / 3
                #expect(abs(mean - (json["models"][model]["accuracy"]["mean"].double ?? -1)) < 1e-9)
            }
            let difference = try #require(json["difference"]["mean"].double)
            let means = [0, 1].compactMap { json["models"][$0]["accuracy"]["mean"].double }
            #expect(abs(difference - (means[0] - means[1])) < 1e-9)
            let verdict = json["verdict"]
            #expect(["no difference shown", "cnn1d is better", "gru is better"].contains { verdict == .string($0) })
            let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
            #expect(page.contains("cnn1d against gru on Waves") && page.contains("<polyline"))
        }
    }
}
