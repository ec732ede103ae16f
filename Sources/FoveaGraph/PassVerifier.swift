extension Graph {
    /// Checks that a pass has left a valid graph with the same interface.
    ///
    /// - Throws: ``FoveaError`` with code `internalDefect` that names the pass.
    func verify(_ changed: Graph, madeBy pass: any Pass) throws {
        func broken(_ fault: String) -> FoveaError {
            FoveaError(
                .internalDefect, "The pass `\(pass.name)` breaks the graph: \(fault)",
                remedy: "This is a defect of the pass; --without-pass \(pass.name) leaves it out.")
        }
        do {
            try changed.verify()
        } catch let error as FoveaError {
            throw broken(error.fault)
        }
        for (before, after) in zip(interface, changed.interface) where before.values != after.values {
            func text(_ values: [String]) -> String { values.isEmpty ? "none" : values.joined(separator: ", ") }
            throw broken("its \(before.kind) were \(text(before.values)) and are now \(text(after.values)).")
        }
    }

    /// The part of a graph that its callers rely on.
    private var interface: [(kind: String, values: [String])] {
        [
            ("inputs", inputs.map { "\($0.name): \($0.type)" }), ("states", states.map { "\($0.name): \($0.type)" }),
            ("outputs", outputs.map { "\($0.name): \(type(of: $0.value))" }), ("updates", updates.map(\.state)),
            ("guards", guardValue.map { ["\(type(of: $0))"] } ?? []),
        ]
    }
}
