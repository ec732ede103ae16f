import FoveaFoundation
public import FoveaGraph

/// The distribution that a parameter's initial values are drawn from.
public struct Initializer: Hashable, Sendable {
    /// Number of inputs that feed one output of a layer, and number of outputs that one input feeds.
    public struct Fans: Hashable, Sendable {
        public let incoming: Int
        public let outgoing: Int

        public init(incoming: Int, outgoing: Int) {
            self.incoming = incoming
            self.outgoing = outgoing
        }
    }

    private indirect enum Distribution: Hashable, Sendable {
        case constant(Double)
        /// One for each of some equal parts.
        case constants([Double])
        /// ‖w‖ of each row of a weight beside it.
        case lengths(of: Initializer, named: String)
        case uniform(bound: Scale)
        case normal(deviation: Scale)
    }

    /// A width of a distribution, perhaps in terms of the fans.
    private enum Scale: Hashable, Sendable {
        case fixed(Double)
        /// factor / √fan-in.
        case perIncoming(factor: Double)
        /// factor / √fan-out.
        case perOutgoing(factor: Double)
        /// factor / √(fan-in + fan-out).
        case perBoth(factor: Double)

        func value(_ fans: Fans) -> Double {
            switch self {
            case .fixed(let value): value
            case .perIncoming(let factor): factor / Double(max(1, fans.incoming)).squareRoot()
            case .perOutgoing(let factor): factor / Double(max(1, fans.outgoing)).squareRoot()
            case .perBoth(let factor): factor / Double(max(1, fans.incoming + fans.outgoing)).squareRoot()
            }
        }
    }

    private let distribution: Distribution

    public static let zeros = Initializer(distribution: .constant(0))
    public static let ones = Initializer(distribution: .constant(1))
    public static func constant(_ value: Double) -> Initializer { Initializer(distribution: .constant(value)) }

    /// A number for each of some equal parts along the first axis, such as the gates of a recurrent layer: `.constants([0, 1, 0, 0])`
    /// has the bias 1 for what an ``LSTM`` forgets.
    public static func constants(_ values: [Double]) -> Initializer { Initializer(distribution: .constants(values)) }

    /// U(−b, b) with b = √(6 / ((1 + a²) · fan-in)), a = √5: the default of PyTorch's convolutions and linear layers,
    /// where it equals b = 1/√fan-in.
    ///
    /// Source: He et al., "Delving Deep into Rectifiers", 2015.
    public static func kaimingUniform(negativeSlope: Double = 5.0.squareRoot()) -> Initializer {
        let gain = (2 / (1 + negativeSlope * negativeSlope)).squareRoot()
        return Initializer(distribution: .uniform(bound: .perIncoming(factor: gain * 3.0.squareRoot())))
    }

    /// N(0, √(2 / fan-out)): what torchvision's ResNets use before a rectifier.
    ///
    /// Source: He et al., "Delving Deep into Rectifiers", 2015.
    public static let kaimingNormalFanOut = Initializer(
        distribution: .normal(deviation: .perOutgoing(factor: 2.0.squareRoot())))

    /// U(−b, b) with b = 1/√fan-in: PyTorch's default for the biases of convolutions and linear layers.
    public static let uniformFanIn = Initializer(distribution: .uniform(bound: .perIncoming(factor: 1)))

    /// U(−b, b) with b = √(6 / (fan-in + fan-out)): Keras's default.
    ///
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    public static let glorotUniform = Initializer(distribution: .uniform(bound: .perBoth(factor: 6.0.squareRoot())))

    /// N(0, deviation).
    public static func normal(deviation: Double) -> Initializer {
        Initializer(distribution: .normal(deviation: .fixed(deviation)))
    }

    /// The Euclidean norm of each filter of a weight of the same layer: with weight normalization, lengths start at those of the
    /// filters that were drawn.
    static func lengths(of filters: Initializer, named name: String) -> Initializer {
        Initializer(distribution: .lengths(of: filters, named: name))
    }

    /// Initial values for a parameter; they depend on the seed and the path only, not on the order of initialization.
    public func values(_ type: TensorType, fans: Fans, seed: UInt64, path: String) -> Tensor {
        var stream = CounterBasedGenerator(seed: seed, purpose: "initialize " + path).stream
        switch distribution {
        case .constant(let value): return Tensor(repeating: value, type)
        case .constants(let values):
            let count = max(1, type.shape.elementCount)
            var place = 0
            return Tensor(type) {
                defer { place += 1 }
                return values.isEmpty ? 0 : values[place * values.count / count]
            }
        case .lengths(let initializer, let name):
            let (rows, width) = (type.shape.elementCount, max(1, fans.incoming))
            let filters = initializer.values(
                TensorType(Shape([rows, width]), type.dataType), fans: fans, seed: seed,
                path: joinedPath(parentPath(of: path), name)
            ).doubles
            var row = 0
            return Tensor(type) {
                defer { row += 1 }
                return filters[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
        case .uniform(let bound):
            let bound = bound.value(fans)
            return Tensor(type) { (2 * stream.uniform() - 1) * bound }
        case .normal(let deviation):
            let deviation = deviation.value(fans)
            return Tensor(type) { stream.normal() * deviation }
        }
    }
}
