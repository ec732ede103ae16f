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
        let bodyTensors = file.tensors.filter { !entry.head.matches(names.path($0.key)) }
        do {
            let fitted = try bodyTensors.fitted(to: body, source: source)
            self.body = Weights(try fitted.map { ($0.key, try Tensor(copying: $0.value)) })
        } catch let error as FoveaError {
            guard let other = Self.networks(fitting: file).first(where: { $0 != entry.name }) else { throw error }
            let shapes = Dictionary(bodyTensors.map { (names.path($0.key), $0.value.type.shape) }) { first, _ in first }
            let matching = body.count { shapes[$0.path] == $0.shape }
            throw FoveaError(
                error.code,
                "The weights in \(source) are not those of `\(entry.name)`: of the \(body.count) of its body "
                    + "\(matching == 0 ? "none" : "\(matching)") match\(matching == 1 ? "es" : "").",
                remedy: "They are those of `\(other)`: use --model \(other).")
        }
        try self.body.expectFinite(source: source)
        formerHead = Self.headShape(in: file, of: entry, names)
        shortenedName = names.example
    }

    /// The shape of the last weights of the head in a file, whose first extent is the number of classes; nil where it has none.
    ///
    /// - Throws: ``FoveaError`` when the network cannot be traced.
    public static func headShape(in file: SafetensorsFile, of entry: ModelZoo.Entry) throws -> Shape? {
        let parameters = try TracedNetwork(entry.make(entry.classes), input: entry.input).parameters
        return headShape(in: file, of: entry, file.tensors.names(for: parameters))
    }

    private static func headShape(in file: SafetensorsFile, of entry: ModelZoo.Entry, _ names: WeightNames) -> Shape? {
        file.tensors.elements.last { entry.head.matches(names.path($0.key)) && $0.value.type.shape.rank >= 2 }?.value
            .type.shape
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
