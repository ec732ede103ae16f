public import FoveaGraph

/// One example as its source gives it, before it is part of a batch.
public struct Example: Sendable {
    /// Its image; transforms change it, and a batch holds all images under the name `images`.
    public var image: DecodedImage?
    /// Its class; a batch holds all classes under the name `labels`.
    public var label: Int32?
    /// Other tensors that belong to it, by name, without the batch axis.
    public var values: [String: Tensor]

    public init(image: DecodedImage? = nil, label: Int32? = nil, values: [String: Tensor] = [:]) {
        self.image = image
        self.label = label
        self.values = values
    }

    /// The types of its tensors, by name.
    public var types: [String: TensorType] {
        var types = values.mapValues(\.type)
        if let image { types[Batch.imagesName] = image.type }
        if label != nil { types[Batch.labelsName] = TensorType([], .int32) }
        return types
    }
}

extension DecodedImage {
    /// Bytes, `[channels, height, width]`.
    var type: TensorType { TensorType(Shape([channels, height, width]), .uint8) }
}
