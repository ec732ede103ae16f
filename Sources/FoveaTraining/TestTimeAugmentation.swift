import FoveaFoundation
import FoveaGraph

/// The views of an image whose probabilities are averaged when a network is used.
public enum TestTimeAugmentation: String, CaseIterable, Sendable {
    /// The image as it is.
    case none
    /// The image and its mirror image.
    case flip

    /// The views of images [N, C, H, W], float32.
    func applied(to images: Tensor) -> [Tensor] {
        switch self {
        case .none: [images]
        case .flip: [images, images.mirrored()]
        }
    }
}

extension Tensor {
    /// Images [N, C, H, W], float32, the last column first.
    fileprivate func mirrored() -> Tensor {
        let width = shape[3]
        // Safe: both hold as many floats as the shape, and every one of the result is written.
        return unsafe Tensor(type) { memory in
            let result = unsafe memory.assumingMemoryBound(to: Float.self)
            unsafe withBytes { bytes in
                let source = unsafe bytes.assumingMemoryBound(to: Float.self)
                for line in stride(from: 0, to: shape.elementCount, by: width) {
                    for column in 0..<width { unsafe result[line + column] = source[line + width - 1 - column] }
                }
            }
        }
    }

    /// The logarithms of the means of some probabilities, each given by logits [N, classes]: log (1/V · Σᵥ softmax(xᵥ)). Their
    /// softmax is the mean.
    static func logarithmsOfMeanProbabilities(_ logits: [Tensor]) throws -> Tensor {
        let shape = logits[0].shape
        let (rows, classes) = (shape[0], shape[1])
        let views = logits.map { $0.logProbabilities(classes: classes) }
        return try Tensor(
            shape,
            (0..<rows * classes).map { index in
                let terms = views.map { $0[index] }
                // The largest is taken out first, so that not all exponentials vanish.
                let largest = terms.max() ?? 0
                return Float(largest + log(terms.reduce(0) { $0 + exp($1 - largest) } / Double(terms.count)))
            })
    }

    /// The mean of −x[n, label[n]] of logarithms of probabilities [N, classes].
    func surprise(at labels: [Int32]) -> Float {
        let (classes, elements) = (shape[1], doubles)
        let sum = labels.enumerated().reduce(0.0) { $0 - elements[$1.offset * classes + Int($1.element)] }
        return Float(sum / Double(max(1, labels.count)))
    }

    /// log softmax of each row.
    private func logProbabilities(classes: Int) -> [Double] {
        var elements = doubles
        for start in stride(from: 0, to: elements.count, by: classes) {
            let row = start..<start + classes
            let largest = elements[row].max() ?? 0
            let normalizer = largest + log(elements[row].reduce(0) { $0 + exp($1 - largest) })
            for index in row { elements[index] -= normalizer }
        }
        return elements
    }
}
