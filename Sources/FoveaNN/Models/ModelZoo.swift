public import FoveaGraph

/// The networks that the command knows by name.
public struct ModelZoo: Sendable {
    /// A network of the zoo, with everything needed to make it.
    public struct Entry: Sendable {
        /// The name on the command line.
        public let name: String
        /// One-line description.
        public let summary: String
        /// The shape of one example that the network was designed for, [channels, height, width].
        public let input: Shape
        /// The number of classes that the network was designed for.
        public let classes: Int
        /// The layers before the head, in groups from the input on: those of a group see images of one resolution.
        public let stages: [[PathPattern]]
        /// The layers that turn features into logits: those that another set of classes needs anew.
        public let head: PathPattern
        fileprivate let build: @Sendable (_ classes: Int, _ head: ClassifierHead) -> any Layer

        /// The network for a number of classes.
        public func make(_ classes: Int, head: ClassifierHead = .own) -> any Layer { build(classes, head) }
    }

    public static let entries: [Entry] = [
        Entry(
            name: "lenet5", summary: "LeNet-5 (LeCun et al., 1998) with ReLU and max pooling", input: [1, 28, 28],
            classes: 10, stages: [["conv1"], ["conv2"], ["fc1", "fc2"]], head: "fc3",
            build: { LeNet5(classes: $0, head: $1) }),
        Entry(
            name: "smallcnn", summary: "3×3 convolutions with batch normalization and global average pooling",
            input: [1, 28, 28], classes: 10,
            stages: stages(of: "features", [[0, 1, 3, 4], [7, 8, 10, 11], [14, 15, 17, 18]]), head: "fc",
            build: { SmallCNN(classes: $0, head: $1) }),
        forImageNet("resnet18", "ResNet-18 (He et al., 2016), as torchvision's", residual, head: "fc") {
            ResNet.resNet18(classes: $0, head: $1)
        },
        forImageNet("resnet34", "ResNet-34 (He et al., 2016), as torchvision's", residual, head: "fc") {
            ResNet.resNet34(classes: $0, head: $1)
        },
        forImageNet("resnet50", "ResNet-50 (He et al., 2016), as torchvision's", residual, head: "fc") {
            ResNet.resNet50(classes: $0, head: $1)
        },
        forImageNet(
            "mobilenet_v2", "MobileNetV2 (Sandler et al., 2018), as torchvision's",
            stages(of: "features", [Array(0..<2), Array(2..<4), Array(4..<7), Array(7..<14), Array(14..<19)]),
            head: "classifier"
        ) {
            MobileNetV2(classes: $0, head: $1)
        },
        forImageNet(
            "squeezenet1_1", "SqueezeNet 1.1 (Iandola et al., 2016), as torchvision's",
            stages(of: "features", [[0], [3, 4], [6, 7], [9, 10, 11, 12]]), head: "classifier"
        ) {
            SqueezeNet(classes: $0, head: $1)
        },
        forImageNet(
            "vgg11", "VGG-11 (Simonyan and Zisserman, 2015), as torchvision's",
            stages(of: "features", [[0], [3], [6, 8], [11, 13], [16, 18]]) + [["classifier.0", "classifier.3"]],
            head: "classifier.6"
        ) {
            VGG11(classes: $0, head: $1)
        },
    ]

    /// The stages of a residual network.
    private static let residual: [[PathPattern]] = [["conv1", "bn1"], ["layer1"], ["layer2"], ["layer3"], ["layer4"]]

    /// Stages that are children of one ``Sequential``, those with parameters.
    private static func stages(of path: String, _ children: [[Int]]) -> [[PathPattern]] {
        children.map { stage in stage.map { PathPattern("\(path).\($0)") } }
    }

    /// A network for ImageNet's 1,000 classes of colour images.
    private static func forImageNet(
        _ name: String, _ summary: String, _ stages: [[PathPattern]], head: PathPattern,
        build: @escaping @Sendable (_ classes: Int, _ head: ClassifierHead) -> any Layer
    ) -> Entry {
        Entry(
            name: name, summary: summary, input: [3, 224, 224], classes: 1000, stages: stages, head: head, build: build)
    }

    /// The entry of this name.
    ///
    /// - Throws: ``FoveaError`` that suggests the nearest name.
    public static func entry(named name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        let names = entries.map(\.name)
        let suggestion = nearestName(to: name, among: names).map { "Did you mean `\($0)`? " } ?? ""
        throw FoveaError(
            .usage, "There is no model named `\(name)`.",
            remedy: suggestion + "Known models: \(names.joined(separator: ", ")).")
    }
}
