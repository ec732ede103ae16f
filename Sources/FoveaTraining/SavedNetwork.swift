public import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
public import FoveaNN

/// A custom network with the trained weights of a folder, and everything else needed to use it.
///
/// The folder holds numbers and names; the computation is the Swift value that it is opened with.
public struct SavedNetwork: Sendable {
    public let network: TracedNetwork
    public let signature: Signature
    /// The names of the classes, in the order of the network's outputs; empty where there are none.
    public let classNames: [String]
    private let folder: NetworkFolder
    private let storedPreprocessing: ModelDescription.Preprocessing?

    /// Opens a folder written by ``Trainer/save(to:classNames:preprocessing:)``.
    ///
    /// - Throws: ``FoveaError`` that lists all differences of signature and parameters when the folder is another network's.
    public init(_ network: any Network, from path: String) throws {
        folder = try NetworkFolder(opening: path)
        let description = folder.description
        self.network = TracedNetwork(network, inputs: description.signature.inputs)
        signature = try self.network.signature
        classNames = description.classNames
        storedPreprocessing = description.preprocessing
        let file = try SafetensorsFile(at: folder.weightsPath).tensors
        let source = quoted(path)
        let (found, parameters) = (signature, try self.network.parameters)
        let errors = [
            Self.error { try found.expect(description.signature, subject: "The network", owner: source) },
            Self.error { _ = try file.fitted(to: parameters, source: source) },
        ].compactMap { $0 }
        if let first = errors.first {
            throw FoveaError(
                .badData, errors.map(\.problem).joined(separator: " "),
                remedy: errors.count == 1 ? first.remedy : "Use the network that it was saved with.")
        }
    }

    private static func error(of work: () throws -> Void) -> FoveaError? {
        do {
            try work()
            return nil
        } catch {
            return (error as? FoveaError) ?? FoveaError(.badData, "\(error)")
        }
    }

    /// The preprocessing of images.
    ///
    /// - Throws: ``FoveaError`` when the network was saved without, or takes no images.
    public var preprocessing: Preprocessing {
        get throws {
            guard let storedPreprocessing, let images = try? signature.inputs[GraphName.images],
                images.shape.rank == 3
            else {
                throw FoveaError(
                    .usage, "The network in \(quoted(folder.path)) was saved without preprocessing of images.",
                    remedy: "Pass it when the network is saved, or prepare its inputs yourself.")
            }
            return try Preprocessing(
                channels: images.shape[0], height: images.shape[1], width: images.shape[2],
                mean: storedPreprocessing.mean, standardDeviation: storedPreprocessing.standardDeviation,
                shorterSide: storedPreprocessing.shorterSide)
        }
    }

    /// Reads the weights.
    ///
    /// - Throws: ``FoveaError`` when they cannot be read, or are not finite.
    public func weights() throws -> Weights {
        let source = quoted(folder.weightsPath)
        let weights = try Weights(Safetensors.read(from: folder.weightsPath).tensors)
            .fitted(to: network.parameters, source: source)
        try weights.expectFinite(source: source)
        return weights
    }
}

extension Trainer {
    /// Writes the network's weights, and all else that their use needs but its Swift type, into a new folder.
    ///
    /// - Parameters:
    ///   - classNames: names of the outputs, where they are classes.
    ///   - preprocessing: preparation of images, where the network takes images.
    /// - Throws: ``FoveaError`` when something of the folder's name exists already, or it cannot be written.
    public func save(
        to folder: String, classNames: [String] = [], preprocessing: Preprocessing? = nil
    ) async throws {
        let description = NetworkDescription(
            signature: signature, classNames: classNames,
            preprocessing: preprocessing.map {
                ModelDescription.Preprocessing(
                    mean: $0.mean, standardDeviation: $0.standardDeviation, shorterSide: $0.sizing?.shorterSide)
            })
        _ = try NetworkFolder(creating: folder, description, weights: await weights().tensors)
    }
}
