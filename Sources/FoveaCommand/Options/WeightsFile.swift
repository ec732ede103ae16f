import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN

/// The weights named by `--weights`, of which only those that a network needs are read.
struct WeightsFile {
    private let path: String
    private let file: SafetensorsFile

    /// - Throws: ``FoveaError`` when the file is missing or damaged.
    init(at path: String) throws {
        self.path = path
        file = try SafetensorsFile(at: path)
    }

    /// The weights under the network's names; prints a notice where those in the file are longer.
    ///
    /// - Throws: ``FoveaError`` when they are not the network's, with all differences, or cannot be read.
    func weights(for parameters: [ParameterDeclaration]) throws -> Weights {
        file.tensors.names(for: parameters).example?.report(path)
        let fitted = try file.tensors.fitted(to: parameters, source: quoted(path))
        return Weights(try fitted.map { ($0.key, try Tensor(copying: $0.value)) })
    }
}

extension WeightNames.Change {
    /// Prints a notice that the names in a file of weights are shortened.
    func report(_ path: String) {
        StandardError.notice("names in \(quoted(path)) are shortened: \(quoted(name)) is read as \(quoted(self.path))")
    }
}
