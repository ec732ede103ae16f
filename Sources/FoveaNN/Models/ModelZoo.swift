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
        /// The network for a number of classes.
        public let make: @Sendable (_ classes: Int) -> any Layer
    }

    public static let entries: [Entry] = [
        Entry(
            name: "lenet5", summary: "LeNet-5 (LeCun et al., 1998) with ReLU and max pooling", input: [1, 28, 28],
            classes: 10, make: { LeNet5(classes: $0) }),
        Entry(
            name: "smallcnn", summary: "3×3 convolutions with batch normalization and global average pooling",
            input: [1, 28, 28], classes: 10, make: { SmallCNN(classes: $0) }),
        forImageNet("resnet18", "ResNet-18 (He et al., 2016), as torchvision's") { ResNet.resNet18(classes: $0) },
        forImageNet("resnet34", "ResNet-34 (He et al., 2016), as torchvision's") { ResNet.resNet34(classes: $0) },
        forImageNet("resnet50", "ResNet-50 (He et al., 2016), as torchvision's") { ResNet.resNet50(classes: $0) },
        forImageNet("mobilenet_v2", "MobileNetV2 (Sandler et al., 2018), as torchvision's") {
            MobileNetV2(classes: $0)
        },
        forImageNet("squeezenet1_1", "SqueezeNet 1.1 (Iandola et al., 2016), as torchvision's") {
            SqueezeNet(classes: $0)
        },
        forImageNet("vgg11", "VGG-11 (Simonyan and Zisserman, 2015), as torchvision's") { VGG11(classes: $0) },
    ]

    /// A network for ImageNet's 1,000 classes of colour images.
    private static func forImageNet(
        _ name: String, _ summary: String, make: @escaping @Sendable (_ classes: Int) -> any Layer
    ) -> Entry {
        Entry(name: name, summary: summary, input: [3, 224, 224], classes: 1000, make: make)
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
