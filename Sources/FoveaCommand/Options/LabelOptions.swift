import ArgumentParser
import FoveaGraph

/// The search for labels that are probably wrong.
struct LabelOptions: ParsableArguments {
    @Flag(
        help: """
            Look for labels that are probably wrong, too: a network is trained for each fold of the training part on the \
            others, and its predictions are compared with the labels (confident learning). Slow.
            """)
    var labels = false

    @Option(help: ArgumentHelp("Network of the zoo for --labels.", valueName: "name"))
    var model = "smallcnn"

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of epochs for --labels.", valueName: "count"))
    var epochs = 10

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of folds for --labels.", valueName: "count"))
    var folds = 4

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Height and width of the network's images for --labels. (default: 64 for files of images, else the images' own)",
            valueName: "pixels"))
    var imageSize: Int?
}
