import ArgumentParser
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN

/// A network, trained or not, for images of some size.
struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A network of the zoo, or a run folder.", valueName: "name|folder"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "The image as channels, height and width: 3x224x224. (default: what the network was made for)",
            valueName: "CxHxW"))
    var input: ImageSize?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The number of classes. (default: what the network was made for, or those of the run)", valueName: "count"))
    var classes: Int?

    /// What the options come to.
    struct Network {
        let name: String
        let layer: any Layer
        /// The shape of one image.
        let input: Shape
        let classes: Int
        /// The run that the network belongs to, if it does.
        let folder: RunFolder?
    }

    /// - Throws: ``FoveaError`` when there is no such network, or a number makes no sense.
    func network() throws -> Network {
        if let classes, !(1...1_000_000).contains(classes) {
            throw FoveaError(.usage, "--classes is \(classes).", remedy: "Use 1 to 1,000,000.")
        }
        let entry: ModelZoo.Entry
        var folder: RunFolder?
        switch try ModelReference(model) {
        case .zoo(let named): entry = named
        case .run(let run):
            entry = try ModelZoo.entry(named: run.model.architecture)
            folder = run
        }
        let count = classes ?? folder?.model.classes ?? entry.classes
        let extents = input?.extents ?? folder?.model.input ?? entry.input.dimensions
        return Network(
            name: entry.name, layer: entry.make(count), input: try Shape(validating: extents), classes: count,
            folder: folder)
    }
}

/// The size of an image as the command line gives it: `3x224x224`.
struct ImageSize: ExpressibleByArgument {
    let extents: [Int]

    /// Nil unless the text is three whole numbers from 1 to 16,384.
    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
        let extents = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
        guard parts.count == 3, extents.count == 3, extents.allSatisfy((1...maximumImageExtent).contains) else {
            return nil
        }
        self.extents = extents
    }
}
