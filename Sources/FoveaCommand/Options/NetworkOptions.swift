import ArgumentParser
import FoveaFormats
import FoveaGraph
import FoveaNN

/// A network, trained or not, for images of some size.
struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Network of the zoo, or run folder.", valueName: "name|folder"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "Channels, height and width of an image, such as 3x224x224. (default: the run's, or the network's usual size)",
            valueName: "CxHxW"))
    var input: ImageSize?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of classes. (default: the run's, or the network's usual number)", valueName: "count"))
    var classes: Int?

    /// The network that the options describe.
    struct Network {
        let name: String
        let layer: any Layer
        /// The shape of one image.
        let input: Shape
        let classes: Int
        /// The run that the network belongs to, if any.
        let folder: RunFolder?
    }

    /// - Throws: ``FoveaError`` when there is no such network, or a number is invalid.
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
        guard extents.count == 3 else {
            throw FoveaError(
                .usage, "The input \(extents.map(String.init).joined(separator: "x")) is none of an image.",
                remedy: "Give channels, height and width, such as 3x224x224.")
        }
        return Network(
            name: entry.name, layer: entry.make(count), input: try Shape(validating: extents), classes: count,
            folder: folder)
    }
}
