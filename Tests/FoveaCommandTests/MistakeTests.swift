import Foundation
import FoveaTestSupport
import Testing

/// A wrong command line with what it must lead to.
struct Mistake: CustomTestStringConvertible, Sendable {
    let line: String
    let status: Int32
    /// What the message must contain.
    let words: [String]

    init(_ line: String, _ status: Int32, _ words: String...) {
        (self.line, self.status, self.words) = (line, status, words)
    }

    var testDescription: String { line }

    /// The beginning of a sound call; what follows it is wrong.
    private static let train = "train --data glyphs --model lenet5 --out run"

    private static let benchmark = "benchmark --model lenet5 --mode train"

    static let all = [
        Mistake("trian", 64, "no command `trian`", "Did you mean `train`?"),
        Mistake("train --dta glyphs", 64, "no option `--dta`", "Did you mean `--data`?"),
        Mistake("train --model lenet5", 64, "--data"),
        Mistake("train --data glyphs --model lenet", 64, "no model named `lenet`", "Did you mean `lenet5`?"),
        Mistake("train --data nowhere --model lenet5 --out run", 66, "no data at `nowhere`"),
        Mistake("\(train) --mixupp 0.2", 64, "no option `--mixupp`", "Did you mean `--mixup`?"),
        Mistake("\(train) --augment strong", 64, "'strong' is invalid", ": none, flip, crop, standard, "),
        Mistake("\(train) --mixup -1", 64, "alpha of mixup is -1"),
        Mistake("\(train) --mixup nan", 64, "alpha of mixup is nan"),
        Mistake("\(train) --cutmix 1e9", 64, "alpha of cutmix is 1000000000"),
        Mistake("\(train) --random-erase 1.5", 64, "--random-erase is 1.5"),
        Mistake("\(train) --random-erase nan", 64, "--random-erase is nan"),
        Mistake("\(train) --epoch 3", 64, "Did you mean `--epochs`?"),
        Mistake("\(train) --lr nan", 64, "learning rate is nan"),
        Mistake("\(train) --lr inf", 64, "learning rate is inf"),
        Mistake("\(train) --lr -1", 64, "learning rate is -1"),
        Mistake("\(train) --lr fast", 64, "'fast' is invalid"),
        Mistake("\(train) --epochs 0", 64, "number of epochs is 0"),
        Mistake("\(train) --epochs -1", 64, "number of epochs is -1"),
        Mistake("\(train) --epochs 1e99", 64, "'1e99' is invalid"),
        Mistake("\(train) --epochs 9223372036854775807", 64, "number of epochs"),
        Mistake("\(train) --batch-size 0", 64, "batch size is 0"),
        Mistake("\(train) --batch-size 100000", 64, "larger than the 18000 examples"),
        Mistake("\(train) --threads 0", 64, "0 threads"),
        Mistake("\(train) --threads 1000000", 64, "1000000 threads"),
        Mistake("\(train) --device reference --threads 2", 64, "one thread"),
        Mistake("\(train) --device cpu --precision bf16", 64, "do not compute in bf16"),
        Mistake("\(train) --device cpu --gradient-checkpointing", 64, "Leave --gradient-checkpointing out"),
        Mistake("\(train) --precision f16", 64, "'f16' is invalid"),
        Mistake("\(train) --device cuda", 69, "CUDA"),
        Mistake("\(train) --device gpu", 64, "'gpu' is invalid"),
        Mistake("\(train) --workers 0", 64, "--workers is 0"),
        Mistake("\(train) --cache-memory lots", 64, "'lots' is invalid"),
        Mistake("\(train) --cache-memory -1GB", 64, "'-1GB' is invalid"),
        Mistake("fine-tune --data glyphs --model lenet5 --feature-cache-size lots", 64, "'lots' is invalid"),
        Mistake("fine-tune --data glyphs --model lenet5 --feature-cache=", 64, "Missing value for '--feature-cache"),
        Mistake("data benchmark glyphs --epochs 0", 64, "--epochs is 0"),
        Mistake("\(train) --limit-train 0", 64, "--limit-train is 0"),
        Mistake("\(train) --limit-val -3", 64, "--limit-val is -3"),
        Mistake("\(train) --val-split 1.5", 64, "--val-split is 1.5"),
        Mistake("\(train) --val-split nan", 64, "--val-split is nan"),
        Mistake("\(train) --val-split 0 --limit-val 5", 64, "no validation part"),
        Mistake("\(train) --val glyphs --val-split 0.1", 64, "Leave one of them out."),
        Mistake("\(train) --seed -1", 64, "'-1' is invalid"),
        Mistake("\(train) --optimizer adan", 64, "'adan' is invalid", "'adam'"),
        Mistake("\(train) --momentum 0.5", 64, "--momentum belongs to sgd"),
        Mistake("\(train) --optimizer sgd --momentum 1", 64, "momentum is 1.0"),
        Mistake("\(train) --optimizer sgd --momentum 0 --nesterov", 64, "needs a momentum"),
        Mistake("\(train) --weight-decay -0.1", 64, "weight decay is -0.1"),
        Mistake("\(train) --label-smoothing 1", 64, "label smoothing is 1.0"),
        Mistake("\(train) --warmup-epochs 11", 64, "11 warm-up epochs"),
        Mistake("\(train) --weights nowhere.safetensors", 66, "nowhere.safetensors"),
        Mistake("\(train) --lr 1e30", 65, "Training diverged", "first layer"),
        Mistake("evaluate --model lenet5 --data glyphs", 64, "no trained weights"),
        Mistake("evaluate --model run/there --data glyphs", 66, "run/there/model.json"),
        Mistake("evaluate --model lenet5 --data glyphs --split tset", 64, "'tset' is invalid"),
        Mistake("evaluate --model run/there --data glyphs --diagram d.png", 64, "does not end in .svg"),
        Mistake("calibrate --model lenet5 --data glyphs", 64, "Give a run folder."),
        Mistake("calibrate --model run/there --data glyphs", 66, "run/there/model.json"),
        Mistake("calibrate --model run/there --data glyphs --wanted-precision 1", 64, "wanted precision is 1.0"),
        Mistake("calibrate --model run/there --data glyphs --wanted-precision nan", 64, "wanted precision is nan"),
        Mistake(
            "calibrate --model run/there --data glyphs --wanted-precison 0.9", 64, "Did you mean `--wanted-precision`?"),
        Mistake("compare run --data glyphs", 64, "one run to compare"),
        Mistake("compare run run/ --data glyphs", 64, "`run` is given twice"),
        Mistake("compare run other --data glyphs --disagreements d.jpg", 64, "does not end in .png"),
        Mistake("compare run/there other --data glyphs", 66, "run/there/model.json"),
        Mistake("evaluate --model lenet6 --data glyphs", 64, "Did you mean `lenet5`?"),
        Mistake("predict --model lenet5 a.png", 64, "Give a run folder"),
        Mistake("predict --model lenet5", 64, "<inputs>"),
        Mistake("summary --model lenet5 --input 3x224", 64, "The input 3x224 is none of an image"),
        Mistake("summary --model lenet5 --input 3x0x224", 64, "'3x0x224' is invalid"),
        Mistake("summary --model lenet5 --input 3x99999999999999999999x1", 64, "is invalid"),
        Mistake("summary --model lenet5 --input 1x4x4", 64, "`conv2`"),
        Mistake("summary --model lenet5 --classes 0", 64, "--classes is 0"),
        Mistake("benchmark --model lenet5 --batch-size 1", 64, "--mode"),
        Mistake("benchmark --model lenet5 --mode training --batch-size 1", 64, "'training' is invalid", "'train'"),
        Mistake("\(benchmark) --batch-size 1 --roofline --explain", 64, "so --explain means nothing"),
        Mistake("\(benchmark) --batch-size 1 --roofline --outputs o.safetensors", 64, "so --outputs means nothing"),
        Mistake("\(benchmark) --batch-size 1 --roofline --warmup 1", 64, "so --warmup means nothing"),
        Mistake("benchmark --roofline --model lenet5,,vgg11 --mode infer --batch-size 1", 64, "has an empty name"),
        Mistake("benchmark --roofline --model lenet5,lenet6 --mode infer --batch-size 1", 64, "lenet6"),
        Mistake("benchmark --model lenet5 --mode infer", 64, "Give --batch-size"),
        Mistake("\(benchmark) --batch-size 0", 64, "--batch-size is 0"),
        Mistake("\(benchmark) --batch-size -1", 64, "--batch-size is -1"),
        Mistake("\(benchmark) --batch-size 1e99", 64, "'1e99' is invalid"),
        Mistake("\(benchmark) --batch-size 1000000", 69, "Not enough memory"),
        Mistake("\(benchmark) --batch-size 1 --steps 0", 64, "--steps is 0"),
        Mistake("\(benchmark) --batch-size 1 --steps -5", 64, "--steps is -5"),
        Mistake("\(benchmark) --batch-size 1 --warmup -1", 64, "--warmup is -1"),
        Mistake("\(benchmark) --batch-size 1 --optimizer sgdd", 64, "'sgdd' is invalid", "'sgd'"),
        Mistake("\(benchmark) --batch-size 1 --optimizer adam --momentum 0.9", 64, "--momentum belongs to sgd"),
        Mistake("\(benchmark) --batch-size 4 --lr 1e30", 65, "Training diverged"),
        Mistake(
            "\(benchmark) --batch-size 1 --without-pass fuse-loss-gradients", 64, "no pass named `fuse-loss-gradients`",
            "Did you mean `fuse-loss-gradient`?", "remove-dead-nodes, fold-batch-normalization, fold-constants,"),
        Mistake(
            "\(benchmark) --batch-size 1 --device reference --without-pass join-updates", 64,
            "The device `reference` has no pass named `join-updates`"),
        Mistake("\(benchmark) --batch-size 1 --without-pass", 64, "--without-pass"),
        Mistake("\(benchmark) --batch-size 1 --batch b.safetensors", 64, "Leave --batch-size out"),
        Mistake("\(benchmark) --batch b.safetensors", 66, "b.safetensors"),
        Mistake("\(benchmark) --batch-size 1 --weights w.safetensors", 66, "w.safetensors"),
        Mistake("\(benchmark) --batch-size 1 --steps 1 --outputs nowhere/o.safetensors", 73, "nowhere/o.safetensors"),
        Mistake("benchmark --model lenet5 --mode infer --batch-size 1 --lr 0.1", 64, "--lr belongs to training"),
        Mistake(
            "benchmark --model lenet5 --mode infer --batch-size 1 --stream", 64,
            "--stream times inference of a recurrent"),
        Mistake(
            "benchmark --model tcn --input 1x8 --mode infer --batch-size 1 --stream", 64,
            "The network has no memory of the steps before"),
        Mistake("benchmark --model resnet19 --mode infer --batch-size 1", 64, "Did you mean `resnet18`?"),
        Mistake("models alexnet*", 64, "No network has a name like `alexnet*`"),
        Mistake("doctor now", 64, "Unexpected argument 'now'"),
    ]
}

@Suite("A mistake is one clear error, with the right exit status and nothing half-written")
struct MistakeTests {
    @Test("Each mistake", arguments: Mistake.all)
    func isReported(_ mistake: Mistake) throws {
        try withTemporaryFolder { folder in
            let run = try FoveaProcess(mistake.line.split(separator: " ").map(String.init), in: folder)
            #expect(run.status == mistake.status, "\(run.errors)")
            #expect(run.output.isEmpty)
            let messages = run.errors.split(separator: "\n").filter { $0.hasPrefix("fovea: error: ") }
            try #require(messages.count == 1, "\(run.errors)")
            for words in mistake.words { #expect(messages[0].contains(words)) }
            #expect(run.errors.hasSuffix("\(messages[0])\n"), "the error is the last word")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty, "something was left")
        }
    }

    @Test("An output folder that exists is left as it is")
    func refusesExistingOutput() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: false)
            let run = try FoveaProcess(TrainTests.small + ["--out", "run"], in: folder)
            #expect(run.status == 73 && run.errors.contains("`run` exists already"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run").isEmpty)
        }
    }

    @Test("Weights of another network: all missing and unexpected names at once")
    func refusesOtherWeights() throws {
        try withTemporaryFolder { folder in
            #expect(try FoveaProcess(TrainTests.small + ["--out", "lenet"], in: folder).status == 0)
            let run = try FoveaProcess(
                [
                    "train", "--data", "glyphs", "--model", "smallcnn", "--weights", "lenet/weights/best.safetensors",
                    "--out", "run",
                ], in: folder)
            #expect(run.status == 65)
            for name in ["`features.0.weight`", "`fc.bias`", "`conv1.weight`", "`fc3.bias`"] {
                #expect(run.errors.contains(name))
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
        }
    }

    @Test(
        "A full disk behind standard output is an input/output error, a reader that left ends it without a word",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func standardOutputFails() throws {
        let full = try shell("\"$0\" models > /dev/full")
        #expect(full.status == 74 && full.errors.hasPrefix("fovea: error: Cannot write to standard output"))
        let unread = Pipe()
        try unread.fileHandleForReading.close()
        let closed = try shell("\"$0\" models; echo $? >&2", output: unread.fileHandleForWriting)
        #expect(closed.errors == "141\n")
    }
}
