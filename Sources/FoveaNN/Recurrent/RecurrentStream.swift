public import FoveaGraph

/// A recurrent layer one piece of a stream at a time: the state goes in and comes out, so that pieces give what the whole gives.
///
/// Inputs: `sequences` [N, C, T], the next steps, often one, and the state before them: `hidden/0`, `hidden/1`, … [N, H], layer by
/// layer, the directions of a layer beside each other, and an LSTM's `cell/0`, …. Outputs: `last` [N, D·H], and the state after
/// the steps under the same names.
public struct RecurrentStream: Network {
    let recurrent: any RecurrentLayer
    private let hasCell: Bool
    public let directions: Int

    /// - Parameter recurrent: an ``RNN``, ``LSTM`` or ``GRU``.
    public init(_ recurrent: any RecurrentLayer) {
        self.recurrent = recurrent
        hasCell = recurrent is LSTM
        directions = recurrent.directions
    }

    public func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        func states(_ kind: String) throws -> [[Value]] {
            let values = inputs.filter { $0.0.hasPrefix("\(kind)/") }.map(\.1)
            return stride(from: 0, to: values.count, by: directions).map { first in
                Array(values[first..<min(first + directions, values.count)])
            }
        }
        let state = RecurrentState(hidden: try states("hidden"), cell: hasCell ? try states("cell") : [])
        let result = try recurrent(SequenceValue(inputs[GraphName.sequences]), state: state)
        var outputs: Named<Value> = ["last": result.last]
        for (number, value) in result.state.hidden.flatMap({ $0 }).enumerated() {
            outputs.set("hidden/\(number)", to: value)
        }
        for (number, value) in result.state.cell.flatMap({ $0 }).enumerated() {
            outputs.set("cell/\(number)", to: value)
        }
        return outputs
    }

    /// The types of one example's inputs, for pieces of some steps.
    public func inputs(channels: Int, steps: Int) -> Named<TensorType> {
        var types: Named<TensorType> = [GraphName.sequences: .float32([channels, steps])]
        for number in 0..<recurrent.stateCount {
            types.set("hidden/\(number)", to: .float32([recurrent.stateSize]))
        }
        if hasCell {
            for number in 0..<recurrent.stateCount { types.set("cell/\(number)", to: .float32([recurrent.cellSize])) }
        }
        return types
    }
}
