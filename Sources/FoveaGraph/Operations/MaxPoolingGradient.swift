/// The gradient of ``MaxPooling``: the winner of each window receives the whole gradient of the window's result.
///
/// Operands: the winners' places (int32) and the upstream gradient, both [N, C, H', W']. Result: [N, C, H, W]. A place
/// that is not a pixel under the window passes nothing on. Likewise for any other number of spatial axes.
public struct MaxPoolingGradient: Channelwise {
    public static let name = "MaxPoolingGradient"
    public let window: Window
    public let inputShape: Shape

    public init(_ window: Window, inputShape: Shape) {
        self.window = window
        self.inputShape = inputShape
    }

    public func withChannels(_ count: Int) -> MaxPoolingGradient {
        MaxPoolingGradient(window, inputShape: inputShape.withChannels(count))
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        let images = TensorType(inputShape, operands[1].dataType)
        let forward = try MaxPooling(window).resultTypes(of: [images])
        guard operands == [forward[1], forward[0]] else {
            throw FoveaError(
                .usage, "\(Self.name) was given \(operands[0]) and \(operands[1]).",
                remedy: "Give it the winners' places, \(forward[1]), and a gradient, \(forward[0]).")
        }
        return [images]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (places, upstream) = (operands[0], operands[1])
        var gradient = ReferenceTensor(inputShape)
        window.forEachPooledPixel(images: inputShape, results: upstream.shape) { result, place, pixel in
            if places.elements[result] == Double(place) { gradient.elements[pixel] += upstream.elements[result] }
        }
        return [gradient]
    }
}
