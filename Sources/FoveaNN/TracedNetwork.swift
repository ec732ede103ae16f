import FoveaFoundation
public import FoveaGraph
import Synchronization

/// A network for examples of some type, traced once for each mode and batch; its graphs are made from these traces.
///
/// A network's trainer and predictor share one, so that the first request traces for both.
public final class TracedNetwork: Sendable {
    public let network: any Network
    /// The types of one example's inputs.
    public let inputs: Named<TensorType>
    /// False turns dropout off.
    public let hasDropout: Bool
    /// The types that the network computes with and keeps its parameters in.
    public let precision: Precision
    private let passes = Mutex(RecentlyUsed<Key, ForwardPass>(capacity: 16))
    /// The whole network and the part of it that this is; nil where this is a whole.
    private let origin: (whole: TracedNetwork, part: NetworkPart)?

    private struct Key: Hashable {
        let mode: Trace.Mode
        let inputs: Named<TensorType>
        let frozen: [PathPattern]
    }

    /// - Parameters:
    ///   - inputs: the types of one example, without the axis of the batch.
    ///   - hasDropout: false turns dropout off.
    public init(
        _ network: any Network, inputs: Named<TensorType>, hasDropout: Bool = true, precision: Precision = .float32
    ) {
        self.network = network
        self.inputs = inputs
        self.hasDropout = hasDropout
        self.precision = precision
        origin = nil
    }

    /// A part of a network.
    ///
    /// - Parameter inputs: the types of one example of the part's inputs.
    init(partOf whole: TracedNetwork, _ part: NetworkPart, inputs: Named<TensorType>) {
        network = whole.network
        self.inputs = inputs
        hasDropout = whole.hasDropout
        precision = whole.precision
        origin = (whole, part)
    }

    /// A layer for images.
    ///
    /// - Parameter input: the shape of one example, [channels, height, width].
    public convenience init(
        _ layer: any Layer, input: Shape, hasDropout: Bool = true, precision: Precision = .float32
    ) {
        self.init(layer, inputs: [GraphName.images: .float32(input)], hasDropout: hasDropout, precision: precision)
    }

    /// The same network in another precision. A part of a network keeps that of the whole.
    public func computing(in precision: Precision) -> TracedNetwork {
        guard origin == nil, precision != self.precision else { return self }
        return TracedNetwork(network, inputs: inputs, hasDropout: hasDropout, precision: precision)
    }

    /// The inputs and outputs of the network, which is traced for one example to find them.
    ///
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public var signature: Signature {
        get throws {
            let outputs = try forward(.inference, inputs.batched(1)).outputTypes
            return Signature(inputs: inputs, outputs: outputs.mapValues(\.exampleType))
        }
    }

    /// The network's parameters in their order.
    ///
    /// - Throws: as ``signature``.
    public var parameters: [ParameterDeclaration] {
        get throws { try forward(.inference, inputs.batched(1)).declarations }
    }

    /// The forward pass for a batch, traced now unless it has been already.
    ///
    /// - Parameters:
    ///   - inputs: the types of a batch.
    ///   - frozen: the parameters and statistics that training leaves unchanged.
    func forward(
        _ mode: Trace.Mode, _ inputs: Named<TensorType>, freezing frozen: [PathPattern] = []
    ) throws -> ForwardPass {
        let key = Key(mode: mode, inputs: inputs, frozen: frozen)
        // Held while the network is traced: concurrent callers want the same trace.
        return try passes.withLock { passes in
            if let known = passes.value(for: key) { return known }
            let pass = try makePass(mode, inputs, freezing: frozen)
            passes.insert(pass, for: key)
            return pass
        }
    }

    private func makePass(
        _ mode: Trace.Mode, _ inputs: Named<TensorType>, freezing frozen: [PathPattern]
    ) throws -> ForwardPass {
        guard let (whole, part) = origin else {
            return try ForwardPass(
                network, inputs, mode: mode, hasDropout: hasDropout, precision: precision, frozen: frozen)
        }
        // The batch's axis is the first of all inputs, before and behind the boundary.
        let count = inputs.lazy.compactMap { $1.shape.dimensions.first }.first ?? 1
        let frozen = mode == .training ? part.frozen + frozen : frozen
        return try part.pass(of: whole.forward(mode, whole.inputs.batched(count), freezing: frozen))
    }
}
