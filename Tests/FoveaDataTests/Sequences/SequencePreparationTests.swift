import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Preparation of sequences")
struct SequencePreparationTests {
    private func set(_ series: [[[Float]]], labels: [Int32] = []) throws -> SequenceSet {
        try SequenceSet(
            name: "s", classNames: labels.isEmpty ? [] : ["a", "b"], labels: labels,
            lengths: series.map { $0[0].count },
            steps: .series(series.flatMap { $0.flatMap { $0 } }, channels: series[0].count))
    }

    private func prepared(_ set: SequenceSet, _ preparation: SequencePreparation, at index: Int = 0) throws -> [Float] {
        let batch = try set.batch([index], transforms: [preparation])
        return try batch.value(named: "sequences").floats
    }

    @Test("pads on the right with 0 to a fixed number of steps, and a batch has the lengths")
    func padding() throws {
        let set = try set([[[1, 2, 3], [4, 5, 6]], [[7], [8]]], labels: [1, 0])
        let preparation = try SequencePreparation(fittedTo: set)
        #expect(preparation.length == 3 && preparation.channels == 2)
        let batch = try set.batch([0, 1], transforms: [preparation])
        #expect(try batch.value(named: "sequences") == Tensor([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 0, 0, 8, 0, 0]))
        #expect(try batch.value(named: "lengths") == Tensor(integers: [3, 1]))
        #expect(try batch.labels == Tensor(integers: [1, 0]))
        let longer = try SequencePreparation(fittedTo: set, length: 5)
        #expect(longer.inputType == .float32([2, 5]))
        #expect(try prepared(set, longer, at: 1) == [7, 0, 0, 0, 0, 8, 0, 0, 0, 0])
    }

    @Test("pads tokens likewise")
    func tokens() throws {
        let set = try SequenceSet(name: "s", lengths: [1, 3], steps: .tokens([5, 6, 7, 8]))
        let batch = try set.batch([0, 1], transforms: [try SequencePreparation(fittedTo: set)])
        #expect(try batch.value(named: "sequences") == Tensor([2, 3], elements: [5, 0, 0, 6, 7, 8] as [Int32]))
        #expect(try batch.value(named: "lengths") == Tensor(integers: [1, 3]))
    }

    @Test("scales by the channel's mean and deviation over the training part, whatever it is applied to")
    func channelScaling() throws {
        let training = try set([[[1, 3], [5, 5]], [[5], [5]]])
        let preparation = try SequencePreparation(fittedTo: training, scaling: .channel)
        #expect(preparation.mean == [3, 5] && preparation.standardDeviation == [Float((8.0 / 3).squareRoot()), 1])
        let other = try set([[[3 + preparation.standardDeviation[0]], [7]]])
        #expect(try prepared(other, preparation) == [1, 0, 2, 0])
    }

    @Test("scales by the series' own mean and deviation, of each channel and its known values")
    func seriesScaling() throws {
        let set = try set([[[1, 3, .nan], [4, 4, 4]], [[10, 30, 20], [0, 1, 0.5]]])
        let preparation = try SequencePreparation(fittedTo: set, length: 4, missing: .zero, scaling: .series)
        #expect(preparation.mean == [0, 0] && preparation.standardDeviation == [1, 1])
        #expect(try prepared(set, preparation) == [-1, 1, 0, 0, 0, 0, 0, 0])
        let second = try prepared(set, preparation, at: 1)
        #expect(abs(second[0] + 1.224745) < 1e-6 && second[0] == -second[1] && second[2] == 0)
    }

    @Test(
        "fills missing values by straight lines, with the nearest value at the ends and the training part's mean for none"
    )
    func linear() throws {
        let set = try set([
            [[.nan, 2, .nan, .nan, 8, .nan], [.nan, .nan, .nan, .nan, .nan, .nan]], [[1, 1], [7, 9]],
        ])
        let preparation = try SequencePreparation(fittedTo: set, missing: .linear)
        #expect(try prepared(set, preparation) == [2, 2, 4, 6, 8, 8, 8, 8, 8, 8, 8, 8])
        let scaled = try SequencePreparation(fittedTo: set, missing: .linear, scaling: .channel)
        #expect(try prepared(set, scaled).suffix(6) == [0, 0, 0, 0, 0, 0])
    }

    @Test("fills missing values with 0 after scaling, and says where where asked to")
    func zeroAndIndicator() throws {
        let set = try set([[[4, .nan, 8]]])
        let zero = try SequencePreparation(fittedTo: set, length: 4, missing: .zero, scaling: .channel)
        #expect(zero.mean == [6] && zero.standardDeviation == [2])
        #expect(try prepared(set, zero) == [-1, 0, 1, 0])
        let indicator = try SequencePreparation(fittedTo: set, length: 4, missing: .indicator)
        #expect(indicator.inputChannels == 2 && indicator.inputType == .float32([2, 4]))
        #expect(try prepared(set, indicator) == [4, 0, 8, 0, 0, 1, 0, 0])
    }

    private func problem(_ preparation: SequencePreparation, _ values: [String: Tensor]) -> String {
        do {
            _ = try preparation.transformed(
                Example(values: values), random: CounterBasedGenerator(seed: 0, purpose: ""))
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("refuses what does not fit, and says what to do")
    func refusals() throws {
        let preparation = try SequencePreparation(channels: 2, length: 3)
        let sound = try Tensor([2, 2], [1, 2, 3, 4])
        func problem(_ sequence: Tensor, length: Double? = nil) -> String {
            let lengths = length.map { Tensor(repeating: $0, TensorType([], .int32)) }
            return self.problem(preparation, ["sequences": sequence, "lengths": lengths].compactMapValues(\.self))
        }
        #expect(problem(sound, length: 2) == "no error" && problem(sound) == "no error")
        #expect(
            problem(try Tensor([2, 4], Array(repeating: 1, count: 8)))
                == "The sequence has 4 steps, the model takes at most 3. Shorten it or cut it into windows, or train a model for 4 steps."
        )
        #expect(
            problem(try Tensor([1, 2], [1, 2]))
                == "The series has 1 channel, the model was made for 2. Use series with the same channels, or train a model on these."
        )
        #expect(problem(try Tensor([2, 0], [])) == "The sequence is empty. Leave it out.")
        for length in [0.0, 3] {
            #expect(
                problem(sound, length: length)
                    == "The sequence has 2 steps, its length says \(Int(length)). Give its number of steps, from 1 on.")
        }
        #expect(
            problem(try Tensor([2, 2], [1, 2, 3, .nan])).hasPrefix(
                "Value 2 of channel 2 is missing. Choose how missing"))
        #expect(
            problem(Tensor(integers: [1, 2])).hasPrefix(
                "The sequence is i32[2], the model was made for series of 2 channels."))
        #expect(self.problem(preparation, [:]) == "It is no sequence. Use data that has sequences.")
    }

    @Test("that makes no sense is an error, also from a file")
    func invalid() throws {
        let set = try set([[[1, 2, 3]]])
        func problem(_ make: () throws -> SequencePreparation) -> String {
            do { return "\(try make())" } catch { return "\(error)" }
        }
        #expect(
            problem { try SequencePreparation(fittedTo: set, length: 2) }
                == "The longest sequence of `s` has 3 steps, more than 2. Use at least 3 steps, or cut the sequences into windows."
        )
        #expect(
            problem { try SequencePreparation(channels: 1, length: 0) }
                == "A model's sequences cannot have 1 channels and 0 steps. They have at least one of each.")
        #expect(problem { try SequencePreparation(channels: .max, length: .max) }.contains("cannot have"))
        #expect(
            problem { try SequencePreparation(channels: 2, length: 1, mean: [0], standardDeviation: [1, 1]) }
                .contains("do not have one value per channel (2)."))
        #expect(
            problem { try SequencePreparation(channels: 1, length: 1, mean: [0], standardDeviation: [0]) }
                .contains("the deviation's greater than 0."))
        #expect(
            problem { try SequencePreparation(channels: nil, length: 1, scaling: .series) }
                == "Tokens are neither scaled nor missing. Leave out scaling and missing values.")
    }

    @Test("Sets of sequences that do not fit together are errors, and equal sets have equal identities")
    func sets() throws {
        func problem(_ labels: [Int32], _ lengths: [Int], _ values: [Float]) -> String {
            do {
                _ = try SequenceSet(
                    name: "s", classNames: ["a"], labels: labels, lengths: lengths, steps: .series(values, channels: 2))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        #expect(problem([0], [1], [1, 2]) == "no error")
        #expect(problem([], [], []) == "The set `s` has no sequences. Give it at least one.")
        #expect(problem([0, 0], [1, 0], [1, 2]) == "Sequence 1 of `s` has 0 steps. Leave out empty sequences.")
        #expect(
            problem([0], [2], [1, 2])
                == "The set `s` has 2 values for 2 steps of 2 channels. Give a value for each channel and step."
        )
        #expect(problem([0], [.max, .max], [1, 2]).hasPrefix("The set `s` has 2 values for"))
        #expect(problem([0, 0], [1], [1, 2]).hasPrefix("The set `s` has 1 sequences and 2 labels."))
        #expect(problem([1], [1], [1, 2]).hasPrefix("The label 1 of sequence 0 of `s` is none of its 1 classes."))
        let sets = try [[[[1, 2]]], [[[1, 2]]], [[[1, 3]]], [[[1], [2]]], [[[1]], [[2]]]].map { try set($0) }
        #expect(sets[0].identity == sets[1].identity && Set(sets.compactMap(\.identity)).count == 4)
        #expect(try sets[0].contentDigest(at: 0) == sets[1].contentDigest(at: 0))
        #expect(try sets[0].contentDigest(at: 0) != sets[3].contentDigest(at: 0))
    }
}
