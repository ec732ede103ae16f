import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaTraining
import FoveaFoundation

/// The value of `--model`: a network of the zoo, or a run folder.
enum ModelReference {
    case zoo(ModelZoo.Entry)
    case run(RunFolder)

    /// - Throws: ``FoveaError`` when it is neither, or the folder is damaged.
    init(_ text: String) throws {
        if ModelZoo.entries.contains(where: { $0.name == text }) || !Self.isPath(text) {
            self = .zoo(try ModelZoo.entry(named: text))
        } else {
            self = .run(try RunFolder(opening: text))
        }
    }

    /// The folder of a run on sequences; nil for anything else.
    var sequenceRun: RunFolder? {
        guard case .run(let folder) = self, folder.model.preprocessing.sequences != nil else { return nil }
        return folder
    }

    /// A network of the zoo, where nothing else is allowed.
    static func zooEntry(_ text: String) throws -> ModelZoo.Entry {
        if isPath(text), FileKind(at: "\(text)/model.json") == .regularFile {
            let folder = try RunFolder(opening: text)
            throw FoveaError(
                .usage, "\(quoted(text)) is a run folder; training starts from a network of the zoo.",
                remedy: "To go on from its weights: --model \(folder.model.architecture) --weights "
                    + "\(folder.weightsPath()).")
        }
        return try ModelZoo.entry(named: text)
    }

    /// Whether it can only be a path.
    private static func isPath(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "/")) || FileKind(at: text) != nil
    }
}
