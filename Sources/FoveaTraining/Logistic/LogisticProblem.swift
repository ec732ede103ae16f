import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// The function that logistic regression minimizes: the mean cross entropy of some rows of the features and the penalty.
///
/// One program computes the losses of all rows and their gradient, with a share for each row: rows that are held out have
/// none, so that no fold needs features of its own.
struct LogisticProblem: Sendable {
    let features: StandardizedFeatures
    let labels: [Int32]
    let classes: Int
    private let device: Device
    private let program: Program
    private let labelTensor: Tensor

    /// - Parameter labels: one for each row, all of them classes.
    init(_ features: StandardizedFeatures, labels: [Int32], classes: Int, on device: Device) async throws {
        let graph = try Self.graph(features.tensor.type, classes: classes)
        let optimized = try device.optimized(graph)
        let states = DeviceStates(on: device)
        // The features lie there already, and are inputs that are counted too.
        if let byteCount = try await device.predictedByteCount(of: optimized, states: states) {
            try AvailableMemory.require(
                byteCount - features.tensor.type.byteCount,
                for: "logistic regression on \(features.tensor.shape) features")
        }
        program = try await device.compile(optimized, states: states)
        labelTensor = Tensor(integers: labels)
        (self.features, self.labels, self.classes, self.device) = (features, labels, classes, device)
    }

    private enum Name {
        static let (features, weights, bias, labels) = ("features", "weights", "bias", "labels")
        static let (shares, losses, logits) = ("shares", "losses", "logits")
        static let (weightGradient, biasGradient) = ("weight_gradient", "bias_gradient")
    }

    private static func graph(_ type: TensorType, classes: Int) throws -> Graph {
        let builder = GraphBuilder()
        let (count, width) = (type.shape[0], type.shape[1])
        let features = try builder.input(Name.features, type)
        let weights = try builder.input(Name.weights, .float32(Shape(validating: [classes, width])))
        let bias = try builder.input(Name.bias, .float32(Shape(validating: [classes])))
        let labels = try builder.input(Name.labels, TensorType([count], .int32))
        let shares = try builder.input(Name.shares, .float32([count]))
        let logits = try MatrixMultiplication(transposingRight: true).applied(to: features, weights, bias)
        let losses = try SoftmaxCrossEntropy().applied(to: logits, labels)
        let loss = try ReduceSum(axes: [0]).applied(to: losses * shares)
        let gradients = try builder.gradients(of: loss, with: [weights, bias])
        builder.output(Name.losses, losses)
        builder.output(Name.logits, logits)
        builder.output(Name.weightGradient, gradients[0])
        builder.output(Name.biasGradient, gradients[1])
        return builder.graph
    }

    /// The minimum of the mean cross entropy over some rows + penalty / 2 · ‖W‖².
    ///
    /// - Parameters:
    ///   - rows: the rows that count; all where it is nil.
    ///   - start: the weights and biases to begin with; zeros where it is nil.
    /// - Returns: the weights, row by row, and then the biases.
    func minimum(
        penalty: Double, rows: [Int]? = nil, from start: [Double]? = nil, tolerance: Double, maximumIterations: Int
    ) async throws -> LBFGS.Minimum {
        let shares = shares(of: rows)
        let start = start ?? [Double](repeating: 0, count: classes * (features.width + 1))
        return try await LBFGS(tolerance: tolerance, maximumIterations: maximumIterations).minimum(
            of: { position in try await self.point(at: position, penalty: penalty, shares) }, from: start)
    }

    private func shares(of rows: [Int]?) -> [Float] {
        guard let rows else { return [Float](repeating: 1 / Float(features.count), count: features.count) }
        var shares = [Float](repeating: 0, count: features.count)
        for row in rows { shares[row] = 1 / Float(rows.count) }
        return shares
    }

    private func point(at position: [Double], penalty: Double, _ shares: [Float]) async throws -> LBFGS.Point {
        let results = try await run(position, Tensor(shares))
        let losses = try results.value(Name.losses).read().floats
        let weightCount = classes * features.width
        var value = 0.0
        for (loss, share) in zip(losses, shares) where share > 0 { value += Double(loss) * Double(share) }
        var gradient = try results.value(Name.weightGradient).read().doubles
        for index in 0..<weightCount {
            value += penalty / 2 * position[index] * position[index]
            gradient[index] += penalty * position[index]
        }
        gradient += try results.value(Name.biasGradient).read().doubles
        return LBFGS.Point(position: position, value: value, gradient: gradient)
    }

    /// The loss of some rows, and whether their largest logit is that of their label.
    func measured(_ rows: [Int], at position: [Double]) async throws -> (losses: [Double], isRight: [Bool]) {
        let results = try await run(position, Tensor(shares(of: nil)))
        let losses = try results.value(Name.losses).read().floats
        let logits = try results.value(Name.logits).read().floats
        return (
            rows.map { Double(losses[$0]) },
            rows.map { row in
                let own = logits[row * classes..<(row + 1) * classes]
                return own.max() == own[own.startIndex + Int(labels[row])]
            }
        )
    }

    private func run(_ position: [Double], _ shares: Tensor) async throws -> [String: any DeviceValue] {
        let weightCount = classes * features.width
        let weights = try Tensor(
            Shape(validating: [classes, features.width]), position[..<weightCount].map { Float($0) })
        let bias = Tensor(position[weightCount...].map { Float($0) })
        return try await device.results(
            of: program,
            given: [
                Name.features: features.tensor, Name.weights: weights, Name.bias: bias, Name.labels: labelTensor,
                Name.shares: shares,
            ])
    }
}

extension [String: any DeviceValue] {
    fileprivate func value(_ name: String) throws -> any DeviceValue {
        guard let value = self[name] else {
            throw FoveaError(.internalDefect, "The program has no output named `\(name)`.")
        }
        return value
    }
}
