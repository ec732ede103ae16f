/// The name of a value in a graph: the n-th result of a node.
public struct ValueID: Hashable, Sendable, Comparable {
    public let node: Int
    public let result: Int

    public init(node: Int, result: Int = 0) {
        self.node = node
        self.result = result
    }

    public static func < (left: ValueID, right: ValueID) -> Bool {
        (left.node, left.result) < (right.node, right.result)
    }
}

/// The origin of a node in a network: the layer's path (`layer1.0.conv1`) and its type (`Conv2D`).
public struct Location: Hashable, Sendable {
    public let path: String
    public let layer: String

    public init(path: String, layer: String) {
        self.path = path
        self.layer = layer
    }

    /// The location of a node without a layer.
    public static let none = Location(path: "", layer: "")
}

/// An operation, the values it reads and the types of its results.
public struct Node: Sendable {
    public let operation: any Operation
    public let operands: [ValueID]
    public let results: [TensorType]
    public let location: Location

    /// False for placeholders and constants, which exist before anything is computed.
    public var isComputed: Bool { !(operation is Placeholder || operation is Constant) }
}
