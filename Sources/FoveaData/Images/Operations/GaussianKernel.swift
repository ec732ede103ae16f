import FoveaFoundation

/// The weights of a normal distribution at whole distances from its middle, which add up to 1.
///
/// weight[k] ∝ exp(−k² / (2σ²)) for k = −radius…radius.
struct GaussianKernel {
    let radius: Int
    let weights: [Float]

    init(radius: Int, sigma: Double) {
        self.radius = radius
        let powers = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let sum = powers.reduce(0, +)
        weights = powers.map { Float($0 / sum) }
    }

    /// Numbers `[row, column, channel]` blurred along columns and rows.
    func blurred(_ numbers: [Float], height: Int, width: Int, channels: Int) -> [Float] {
        let length = width * channels
        let rows = mirroredIndices(height)
        let columns = mirroredIndices(width)
        var result = [Float](repeating: 0, count: numbers.count)
        // A row, blurred vertically, with the mirrored columns on both sides.
        var line = [Float](repeating: 0, count: length)
        var widened = [Float](repeating: 0, count: length + 2 * radius * channels)
        for row in 0..<height {
            for index in 0..<length { line[index] = 0 }
            for (tap, weight) in weights.enumerated() {
                add(
                    numbers.span.extracting(rows[row + tap] * length..<(rows[row + tap] + 1) * length), weight,
                    to: &line)
            }
            for (place, column) in columns.enumerated() {
                for channel in 0..<channels {
                    widened[place * channels + channel] = line[column * channels + channel]
                }
            }
            for index in 0..<length { line[index] = 0 }
            for (tap, weight) in weights.enumerated() {
                add(widened.span.extracting(tap * channels..<tap * channels + length), weight, to: &line)
            }
            for index in 0..<length { result[row * length + index] = line[index] }
        }
        return result
    }

    /// Adds weight · number of each of as many numbers.
    private func add(_ numbers: Span<Float>, _ weight: Float, to sums: inout [Float]) {
        precondition(numbers.count == sums.count, "as many numbers as sums")
        // Safe: both have a line's length. Checks at every number would keep the loop from using vectors.
        unsafe numbers.withUnsafeBufferPointer { numbers in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
                for index in 0..<sums.count { unsafe sums[index] += weight * numbers[index] }
            }
        }
    }

    /// The positions −radius..<length + radius of a line that continues as its mirror image, without its ends repeated.
    private func mirroredIndices(_ length: Int) -> [Int] {
        let period = max(1, 2 * (length - 1))
        return (-radius..<length + radius).map { position in
            let place = ((position % period) + period) % period
            return place < length ? place : period - place
        }
    }
}
