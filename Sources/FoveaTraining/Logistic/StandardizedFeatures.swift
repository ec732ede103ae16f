import FoveaFoundation
import FoveaGraph

/// Features with mean 0 and deviation 1 in each column, and what they were before.
struct StandardizedFeatures: Sendable {
    /// [N, D]
    let tensor: Tensor
    let mean: [Double]
    /// 1 for a column of equal numbers, which becomes zeros.
    let deviation: [Double]

    var count: Int { tensor.shape[0] }
    var width: Int { tensor.shape[1] }

    /// - Throws: ``FoveaError`` when the features are no matrix of finite numbers, or there is too little memory for another.
    init(_ features: Tensor) throws {
        guard features.shape.rank == 2, features.dataType == .float32, features.shape.elementCount > 0 else {
            throw FoveaError(
                .usage, "The features are \(features.type), not a row of f32 for each example.",
                remedy: "Give a matrix [examples, features].")
        }
        if let row = features.firstNonFiniteRow {
            throw FoveaError(
                .badData, "The features of example \(row) are not finite.",
                remedy: "Check the weights and the images that they come from.")
        }
        try AvailableMemory.require(features.type.byteCount, for: "standardizing \(features.shape) features")
        let (count, width) = (features.shape[0], features.shape[1])
        // Safe: the elements are `count` rows of `width` floats.
        let (mean, deviation) = unsafe features.withBytes { bytes in
            let elements = unsafe bytes.assumingMemoryBound(to: Float.self)
            var mean = [Double](repeating: 0, count: width)
            for row in 0..<count {
                for column in 0..<width { mean[column] += unsafe Double(elements[row * width + column]) }
            }
            for column in 0..<width { mean[column] /= Double(count) }
            var deviation = [Double](repeating: 0, count: width)
            for row in 0..<count {
                for column in 0..<width {
                    let difference = unsafe Double(elements[row * width + column]) - mean[column]
                    deviation[column] += difference * difference
                }
            }
            // Equal numbers can differ from their rounded mean.
            return (
                mean,
                zip(deviation, mean).map { sum, mean in
                    let deviation = (sum / Double(count)).squareRoot()
                    return deviation > 1e-12 * abs(mean) ? deviation : 1
                }
            )
        }
        (self.mean, self.deviation) = (mean, deviation)
        // Safe: both memories hold `count` rows of `width` floats.
        tensor = unsafe Tensor(features.type) { memory in
            let result = unsafe memory.bindMemory(to: Float.self)
            unsafe features.withBytes { bytes in
                let elements = unsafe bytes.assumingMemoryBound(to: Float.self)
                for row in 0..<count {
                    for column in 0..<width {
                        let index = row * width + column
                        let difference = unsafe Double(elements[index]) - mean[column]
                        unsafe result[index] = Float(difference / deviation[column])
                    }
                }
            }
        }
    }

    /// Weights [classes, D] and biases [classes] for the features as they were, from those for standardized ones.
    func unstandardized(weights: [Double], bias: [Double]) throws -> (weights: Tensor, bias: Tensor) {
        let scaled = weights.enumerated().map { $1 / deviation[$0 % width] }
        let shifted = bias.enumerated().map { row, bias in
            bias - dot(Array(scaled[row * width..<(row + 1) * width]), mean)
        }
        return (
            try Tensor(Shape(validating: [bias.count, width]), scaled.map { Float($0) }),
            Tensor(shifted.map { Float($0) })
        )
    }
}
