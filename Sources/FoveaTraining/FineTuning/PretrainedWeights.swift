import FoveaFoundation
public import FoveaFormats
public import FoveaGraph
public import FoveaNN
import OrderedCollections

/// The weights of a trained network, of which all but the head are kept for other classes.
public struct PretrainedWeights: Sendable {
    /// The weights of the body, under the paths of the network.
    public let body: Weights
    /// The shape of the head's last weights in the file; nil where it has none.
    public let formerHead: Shape?
    /// A weight's name in the file, if all are longer than the network's; nil where they are the network's.
    public let shortenedName: WeightNames.Change?

    /// The weights of a file that belong to a network's body.
    ///
    /// - Parameters:
    ///   - parameters: those of the network, with its new head.
    ///   - source: where the weights come from, for errors.
    /// - Throws: ``FoveaError`` that lists what does not fit, and names the network of the zoo that would.
    public init(
        _ file: SafetensorsFile, for entry: ModelZoo.Entry, parameters: [ParameterDeclaration], source: String
    ) throws {
        let body = parameters.filter { !entry.head.matches($0.path) }
        let names = file.tensors.names(for: body)
        let isHead = { (name: String) in entry.head.matches(names.path(name)) }
        let heads = file.tensors.filter { isHead($0.key) && $0.value.type.shape.rank >= 2 }
        do {
            let fitted = try file.tensors.filter { !isHead($0.key) }.fitted(to: body, source: source)
            self.body = Weights(try fitted.map { ($0.key, try Tensor(copying: $0.value)) })
        } catch let error as FoveaError {
            guard let other = Self.networks(fitting: file).first(where: { $0 != entry.name }) else { throw error }
            throw FoveaError(
                error.code, error.problem, remedy: "They are those of `\(other)`: use --model \(other).")
        }
        try self.body.expectFinite(source: source)
        formerHead = heads.values.last?.type.shape
        shortenedName = names.example
    }

    /// The networks of the zoo whose bodies the weights of a file fit.
    private static func networks(fitting file: SafetensorsFile) -> [String] {
        ModelZoo.entries.filter { entry in
            let network = TracedNetwork(entry.make(2), input: entry.input)
            guard let parameters = try? network.parameters.filter({ !entry.head.matches($0.path) }) else {
                return false
            }
            let names = file.tensors.names(for: parameters)
            let weights = file.tensors.filter { !entry.head.matches(names.path($0.key)) }
            return (try? weights.fitted(to: parameters, source: "")) != nil
        }.map(\.name)
    }
}
