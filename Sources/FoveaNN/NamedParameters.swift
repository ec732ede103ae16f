/// Parameters of a layer whose number depends on its settings: each has a name, and the path that a property of that name
/// would have.
struct NamedParameters: Sendable {
    /// In the order of declaration.
    let parameters: [Parameter]

    /// - Parameter parameters: parameters that were given a name.
    init(_ parameters: [Parameter]) {
        precondition(parameters.allSatisfy { $0.name != nil }, "parameters with names")
        self.parameters = parameters
    }

    subscript(name: String) -> Parameter? { parameters.first { $0.name == name } }
}
