import FoveaGraph

/// A small graph drawn at random: a few inputs and states, operations on values that fit them, outputs, updates and
/// sometimes a guard.
struct RandomGraph {
    let graph: Graph
    private let seed: UInt64

    init(seed: UInt64) throws {
        self.seed = seed
        var stream = CounterBasedGenerator(seed: seed, purpose: "graph").stream
        let builder = GraphBuilder()
        let type = TensorType.float32([2, 3, 4, 4])
        let perChannel = TensorType.float32([3])
        var images = [try builder.input("x", type), try builder.state("state", type), try builder.input("z", type)]
        var channels = [try builder.state("scale", perChannel), try builder.input("bias", perChannel)]
        var scalars = [try builder.constant(0.5)]
        let filters = try builder.state("filters", .float32([3, 3, 3, 3]))
        let same = try Window(kernel: 3, padding: .init(1))
        for index in 0..<Int.random(in: 3...14, using: &stream) {
            builder.location = Location(path: "layer\(index)", layer: "Random")
            func image() -> Value { images[Int.random(in: 0..<images.count, using: &stream)] }
            func channel() -> Value { channels[Int.random(in: 0..<channels.count, using: &stream)] }
            func scalar() -> Value { scalars[Int.random(in: 0..<scalars.count, using: &stream)] }
            switch Int.random(in: 0..<9, using: &stream) {
            case 0: images.append(try Tanh().applied(to: image()))
            case 1: images.append(try image() + image())
            case 2: images.append(try image() * scalar())
            case 3: images.append(try Convolution(same).applied(to: image(), filters, channel()))
            case 4: images.append(try MaxPooling(same).results(on: [image()])[0])
            case 5:
                let results = try BatchNormalization().results(on: [image(), channel(), channel()])
                images.append(results[0])
                channels += results[1...]
            case 6: scalars.append(try ReduceMean(axes: [0, 1, 2, 3]).applied(to: image()))
            case 7: channels.append(try ReduceMaximum(axes: [0, 2, 3]).applied(to: image()))
            default: channels.append(try Sigmoid().applied(to: channel()))
            }
        }
        // Outputs and updates may also be placeholders, constants, and values that are read elsewhere.
        let handedBack = [
            images[images.count - 1], images[images.count / 2], channels[channels.count - 1],
            scalars[scalars.count - 1], images[0],
        ]
        for (index, value) in handedBack.enumerated() {
            builder.output("output\(index)", value)
        }
        builder.update("state", to: images[Int.random(in: 0..<images.count, using: &stream)])
        builder.update("scale", to: channels[Int.random(in: 0..<channels.count, using: &stream)])
        if Bool.random(using: &stream) { builder.updateOnlyIfFinite(scalars[scalars.count - 1]) }
        graph = builder.graph
    }

    /// What the inputs are given in a run; in the last of three, sometimes NaN.
    func inputs(run: Int) -> [String: Tensor] {
        tensors(graph.inputs.map { ($0.name, $0.type) }, purpose: "run \(run)", poisoned: run == 2 && seed % 3 == 0)
    }

    /// What the states hold at the start.
    var states: [(name: String, tensor: Tensor)] {
        tensors(graph.states.map { ($0.name, $0.type) }, purpose: "states", poisoned: false)
            .map { (name: $0.key, tensor: $0.value) }
    }

    private func tensors(_ types: [(String, TensorType)], purpose: String, poisoned: Bool) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (name, type) in types {
            var stream = CounterBasedGenerator(seed: seed, purpose: purpose + name).stream
            var elements = (0..<type.shape.elementCount).map { _ in stream.normal() }
            if poisoned { elements[0] = .nan }
            tensors[name] = Tensor(elements: elements, type)
        }
        return tensors
    }
}
