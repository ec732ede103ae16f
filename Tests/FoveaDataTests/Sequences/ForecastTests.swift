import FoveaFoundation
import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Forecasts of one long series")
struct ForecastTests {
    private func splits(
        _ text: String, window: Int = 2, stride: Int = 1, horizon: Int = 2, _ channels: ForecastChannels = .all,
        missing: MissingValues = .refused, withAnswers: Bool = true
    ) throws -> DataSplits {
        var options = SequenceOptions(missing: missing)
        options.window = try SlidingWindow(length: window, stride: stride)
        (options.horizon, options.forecastChannels, options.requiresLabels) = (horizon, channels, withAnswers)
        return try loadSequences(["x.csv": Array(text.utf8)], "x.csv", options: options)
    }

    private let table = "time,Load,wind\n1,10,-1\n2,20,-2\n3,30,-3\n4,40,-4\n5,50,-5\n"

    @Test("answer with the steps after each window, channel by channel")
    func answers() throws {
        let set = try #require(try splits(table).training as? WindowSet)
        #expect(set.count == 2 && set.channelNames == ["Load", "wind"] && set.classNames.isEmpty)
        #expect(try set.question == .forecast(Forecast(channels: [0, 1], horizon: 2)))
        #expect(set.example(at: 1).values["sequences"] == (try Tensor([2, 2], [20, 30, -2, -3])))
        #expect(set.example(at: 1).values["targets"] == Tensor([40, 50, -4, -5]))
        #expect(set.example(at: 1).label == nil)
        // No part sees the steps that another one forecasts.
        #expect(set.stretches == [0..<4, 1..<5])
        for channels in [ForecastChannels.named(["WIND"]), .named(["2"]), .indices([1])] {
            let one = try #require(try splits(table, channels).training as? WindowSet)
            #expect(one.example(at: 0).values["targets"] == Tensor([-3, -4]), "\(channels)")
            #expect(one.identity != set.identity)
        }
        let part = try #require(set.subset([1]) as? any SequenceSource)
        #expect(part.forecast?.horizon == 2 && part.lines(of: 0) == 3...4 && part.channelNames == ["Load", "wind"])
    }

    @Test("without the steps that follow, the last window ends with the series")
    func future() throws {
        let set = try #require(try splits(table, stride: 2, withAnswers: false).training as? WindowSet)
        #expect(set.count == 2 && set.lines(of: 0) == 3...4 && set.lines(of: 1) == 5...6)
        #expect(set.example(at: 1).values["targets"] == nil)
        #expect(try set.question == .forecast(Forecast(channels: [0, 1], horizon: 2)))
    }

    @Test("leave out windows with a missing step to forecast, and say how many; labels are not used")
    func missing() throws {
        let found = try splits(
            "x,y,label\n1,1,a\n2,2,a\n3,3,a\n4,?,a\n5,5,b\n6,6,b\n", horizon: 1, missing: .linear)
        #expect(found.training.count == 3 && found.training.knownLabels == nil)
        #expect(found.notes.count == 2)
        #expect("\(found.notes)".contains("x.csv`: The labels are not used: a forecast has none."))
        #expect("\(found.notes)".contains("x.csv`: 1 of 4 windows left out: a step to forecast after it is missing."))
        #expect(try splits("x,y\n1,1\n2,2\n3,3\n4,?\n5,5\n", horizon: 1, .named(["x"]), missing: .linear).notes.isEmpty)
    }

    @Test("are scaled as their channels are")
    func scale() throws {
        let source = try splits(table, .named(["wind", "load"])).training
        let scaled = try SequencePreparation(fittedTo: source, scaling: .channel)
        #expect(scaled.answerScale?.mean == [-2, -2, 20, 20] && scaled.mean == [20, -2])
        #expect(scaled.answerScale?.deviation == [0, 0, 1, 1].map { scaled.standardDeviation[$0 == 0 ? 1 : 0] })
        let bare = try SequencePreparation(fittedTo: source, scaling: .none)
        #expect(bare.answerScale == nil && bare.mean == [20, -2])
        let own = #expect(throws: FoveaError.self) { try SequencePreparation(fittedTo: source, scaling: .series) }
        #expect(own?.problem.contains("has lost the level that is to be forecast") == true)
        #expect(throws: FoveaError.self) {
            try SequencePreparation(
                channels: 1, length: 2, question: .forecast(Forecast(channels: [1], horizon: 1)))
        }
    }

    @Test("say what is wrong")
    func wrong() throws {
        func problem(_ text: String, horizon: Int = 2, _ channels: ForecastChannels = .all) throws -> String {
            do {
                _ = try splits(text, horizon: horizon, channels, missing: .linear)
                return ""
            } catch { return "\(error)" }
        }
        #expect(
            try problem(table, horizon: 4).contains(
                "/x.csv`: A window has 2 steps, with the 4 to forecast 6, and the whole series has 5."))
        #expect(
            try problem(table, horizon: 500_001).contains(
                "A forecast of 500001 steps of 2 channels has more than a million numbers."))
        let unknown = try problem(table, .named(["lod"]))
        #expect(unknown.contains("The channel `lod` is none of the 2: `Load`, `wind`."), "\(unknown)")
        #expect(unknown.contains("Did you mean `Load`?"))
        #expect(try problem(table, .named(["3"])).contains("The channel `3` is none of the 2"))
        #expect(try problem(table, .named(["load", "1"])).contains("The channel `1` is to be forecast twice."))
        #expect(try problem("1\n2\n3\n4\n", .indices([1])).contains("forecasts channel 2, and the file has 1."))
        #expect(try problem("x\n1\n2\n?\n?\n").contains("Of each window a step to forecast is missing."))
    }
}
