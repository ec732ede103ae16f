import FoveaGraph
import FoveaNN
import Testing

@Suite("Receptive fields over time")
struct SequenceReceptiveFieldTests {
    private func summary(_ network: any Network, _ inputs: Named<TensorType>) throws -> Summary {
        try Summary(of: TracedNetwork(network, inputs: inputs))
    }

    private func series(_ steps: Int, lengths: Bool) -> Named<TensorType> {
        var inputs: Named<TensorType> = [GraphName.sequences: .float32([2, steps])]
        if lengths { inputs.set(GraphName.lengths, to: TensorType([], .int32)) }
        return inputs
    }

    @Test("a head on the last step sees what that step sees", arguments: [false, true])
    func lastStep(_ lengths: Bool) throws {
        let tcn = SequenceNetwork(TCN(inputs: 2, filters: 3, levels: 2, kernel: 3), classes: 4)
        // 1 + 2·(3 − 1)·(2² − 1).
        let long = try summary(tcn, series(50, lengths: lengths))
        #expect(long.receptiveField == [13])
        #expect(long.layers.last?.receptiveField == [13])
        // Never more than there is.
        #expect(try summary(tcn, series(9, lengths: lengths)).receptiveField == [9])
    }

    @Test("a mean over all steps, a maximum and attention see them all", arguments: [false, true])
    func pooling(_ lengths: Bool) throws {
        let fcn = SequenceNetwork(FCN(filters: 2), classes: 4)
        let rows = try summary(fcn, series(50, lengths: lengths))
        #expect(rows.layers.last { $0.type == "Conv1D" }?.receptiveField == [14])
        #expect(rows.layers.first { $0.type == "SequencePooling" }?.receptiveField == [50])
        #expect(rows.receptiveField == [50])
        let cnn = SequenceNetwork(CNN1D(filters: 3), classes: 4)
        #expect(try summary(cnn, series(50, lengths: lengths)).receptiveField == [50])
        struct Attending: Network {
            let filters = Conv1D(3, kernel: 5)
            let attention = AttentionPooling(4)
            func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
                let x = SequenceValue(
                    try inputs[GraphName.sequences],
                    lengths: inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil)
                return ["result": try attention(filters(x)).pooled]
            }
        }
        #expect(try summary(Attending(), series(50, lengths: lengths)).receptiveField == [50])
    }

    @Test("a memory has seen all steps; normalization of channels sees one")
    func memory() throws {
        let lstm = SequenceNetwork(RecurrentEncoder(LSTM(5)), classes: 4)
        #expect(try summary(lstm, series(30, lengths: true)).receptiveField == [30])
        struct Steps: Network {
            let normalization = LayerNorm1D()
            let head = Dense(3)
            func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
                ["result": try head(normalization(try inputs.sequence)).values]
            }
        }
        #expect(try summary(Steps(), series(30, lengths: false)).receptiveField == [1])
    }

    @Test("tokens have one, too")
    func tokens() throws {
        let problem = SequenceZoo.Problem(classes: 3, channels: nil, steps: 40, tokens: 7)
        let network = SequenceNetwork(
            TCN(inputs: 6, filters: 6, levels: 1, kernel: 4), classes: 3, embedding: Embedding(7, width: 6))
        let rows = try summary(network, problem.inputs)
        #expect(rows.layers.first { $0.type == "Conv1D" }?.receptiveField == [4])
        #expect(rows.receptiveField == [7])
    }
}

extension Named<Value> {
    fileprivate var sequence: SequenceValue { get throws { SequenceValue(try self[GraphName.sequences]) } }
}
