import FoveaGraph
import Testing

@Suite("JoinUpdates")
struct JoinUpdatesTests {
    private let builder = GraphBuilder()

    /// The update of a parameter of its own, of a size of its own.
    private func update(_ update: any ParameterUpdate, _ name: String, _ size: Int, scalars: [Value], slots: Int) throws
    {
        let values = try (0..<2 + slots).map { try builder.input("\(name)\($0)", TensorType([size], .float64)) }
        for (index, result) in try builder.add(update, values[..<2] + scalars + values[2...]).enumerated() {
            builder.output("\(name) \(index)", result)
        }
    }

    private func names(_ graph: Graph) -> [String] {
        graph.nodes.map(\.operation.operationName).filter { $0.hasSuffix("Update") }
    }

    @Test("makes one update of those with the same settings and scalars, with the same numbers")
    func joins() throws {
        let scalars = try ["rate", "step", "other"].map { try builder.input($0, TensorType([], .float64)) }
        let sgd = SGDUpdate(momentum: 0.9, weightDecay: 0.1)
        try update(sgd, "a", 3, scalars: [scalars[0]], slots: 1)
        try update(AdamUpdate(), "b", 2, scalars: Array(scalars[..<2]), slots: 2)
        try update(sgd, "c", 5, scalars: [scalars[0]], slots: 1)
        try update(SGDUpdate(), "d", 2, scalars: [scalars[0]], slots: 0)
        try update(AdamUpdate(), "e", 4, scalars: Array(scalars[..<2]), slots: 2)
        try update(sgd, "f", 1, scalars: [scalars[2]], slots: 1)
        let graph = try JoinUpdates().run(on: builder.graph, for: .everything)
        try graph.verify()
        #expect(names(graph) == ["JoinedSGDUpdate", "SGDUpdate", "JoinedAdamUpdate", "SGDUpdate"])
        #expect(try JoinUpdates().run(on: graph, for: .everything).description == graph.description)
        let inputs = graph.inputs.map { input in
            var random = CounterBasedGenerator(seed: 1, purpose: input.name).stream
            return Tensor(elements: (0..<input.type.shape.elementCount).map { _ in 1 + random.uniform() }, input.type)
        }
        for (before, after) in zip(try run(builder.graph, inputs), try run(graph, inputs)) {
            #expect(after == before)
        }
    }

    @Test("leaves large parameters their own loops, and all where the backend joins none")
    func backend() throws {
        let rate = try builder.input("rate", TensorType([], .float64))
        for (name, size) in [("a", 3), ("b", 100), ("c", 5)] {
            try update(SGDUpdate(), name, size, scalars: [rate], slots: 0)
        }
        let small = try JoinUpdates(maximumElementCount: 5).run(on: builder.graph, for: .everything)
        #expect(names(small).sorted() == ["JoinedSGDUpdate", "SGDUpdate"])
        let others = Capabilities { operation, _, _ in !(operation is JoinedUpdate<SGDUpdate>) }
        #expect(try names(JoinUpdates().run(on: builder.graph, for: others)).count == 3)
    }

    @Test("leaves updates apart one of which depends on the other")
    func dependent() throws {
        let rate = try builder.input("rate", TensorType([], .float64))
        let values = try ["p", "g", "q"].map { try builder.input($0, TensorType([2], .float64)) }
        let first = try SGDUpdate().results(on: [values[0], values[1], rate])[0]
        builder.output("p", first)
        builder.output("q", try SGDUpdate().results(on: [values[2], first, rate])[0])
        #expect(try names(JoinUpdates().run(on: builder.graph, for: .everything)) == ["SGDUpdate", "SGDUpdate"])
    }

    @Test("a joined update refuses operands that are not those of so many parameters")
    func misfits() throws {
        let (tensor, scalar) = (TensorType.float32([3]), TensorType.float32([]))
        let update = JoinedUpdate(SGDUpdate(), parameterCount: 2)
        func problem(_ operands: [TensorType], parameterCount: Int = 2) -> String? {
            #expect(throws: FoveaError.self) {
                try JoinedUpdate(SGDUpdate(), parameterCount: parameterCount).resultTypes(of: operands)
            }?.problem
        }
        #expect(
            problem([scalar, tensor, tensor, tensor]) == "JoinedSGDUpdate of 2 parameters was given 4 operands.")
        #expect(problem([]) == "JoinedSGDUpdate of 2 parameters was given 0 operands.")
        #expect(
            problem([scalar, tensor, tensor], parameterCount: 0)
                == "JoinedSGDUpdate of 0 parameters was given 3 operands.")
        #expect(
            problem([scalar, tensor, tensor, tensor, scalar])
                == "Operand 1 of SGDUpdate has the type f32[].")
        #expect(try update.resultTypes(of: [scalar, tensor, tensor, tensor, tensor]) == [tensor, tensor])
    }
}
