public import FoveaGraph

/// The networks that the command knows by name.
public struct ModelZoo: Sendable {
    /// A network with what is needed to make it.
    public struct Entry: Sendable {
        /// The name on the command line.
        public let name: String
        /// One line for people.
        public let summary: String
        /// The shape of one example that the network was designed for, [channels, height, width].
        public let input: Shape
        /// The network for a number of classes.
        public let make: @Sendable (_ classes: Int) -> any Layer
    }

    /// The images that networks for ImageNet's 1,000 classes take.
    private static let imageNet: Shape = [3, 224, 224]

    public static let entries: [Entry] = [
        Entry(
            name: "lenet5", summary: "LeNet-5 (LeCun et al., 1998) with ReLU and max pooling", input: [1, 28, 28],
            make: { LeNet5(classes: $0) }),
        Entry(
            name: "smallcnn", summary: "3×3 convolutions with batch normalization and global average pooling",
            input: [1, 28, 28], make: { SmallCNN(classes: $0) }),
        Entry(
            name: "resnet18", summary: "ResNet-18 (He et al., 2016), as torchvision's", input: imageNet,
            make: { ResNet.resNet18(classes: $0) }),
        Entry(
            name: "resnet34", summary: "ResNet-34 (He et al., 2016), as torchvision's", input: imageNet,
            make: { ResNet.resNet34(classes: $0) }),
        Entry(
            name: "resnet50", summary: "ResNet-50 (He et al., 2016), as torchvision's", input: imageNet,
            make: { ResNet.resNet50(classes: $0) }),
        Entry(
            name: "mobilenet_v2", summary: "MobileNetV2 (Sandler et al., 2018), as torchvision's", input: imageNet,
            make: { MobileNetV2(classes: $0) }),
        Entry(
            name: "squeezenet1_1", summary: "SqueezeNet 1.1 (Iandola et al., 2016), as torchvision's", input: imageNet,
            make: { SqueezeNet(classes: $0) }),
        Entry(
            name: "vgg11", summary: "VGG-11 (Simonyan and Zisserman, 2015), as torchvision's", input: imageNet,
            make: { VGG11(classes: $0) }),
    ]

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
