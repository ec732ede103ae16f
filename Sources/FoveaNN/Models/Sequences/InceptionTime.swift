public import FoveaGraph

/// Inception network over sequences: six modules that look through three lengths of filters at once, with a residual connection
/// around every three, then the mean of each channel. The paper averages five such networks.
///
/// Source: Ismail Fawaz et al., "InceptionTime: Finding AlexNet for Time Series Classification", 2020.
public struct InceptionTime: SequenceEncoder {
    struct Module: SequenceLayer {
        let bottleneck: Conv1D?
        let branches: [Conv1D]
        let pooled: Conv1D
        let normalization = BatchNorm1D()

        init(_ filters: Int, kernels: [Int], hasBottleneck: Bool) {
            bottleneck = hasBottleneck ? Conv1D(filters, kernel: 1, bias: false) : nil
            branches = kernels.map { Conv1D(filters, kernel: $0, padding: .same, bias: false) }
            pooled = Conv1D(filters, kernel: 1, bias: false)
        }

        func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
            let narrow = try bottleneck?(input) ?? input
            let maxima = try pooled(MaxPool1D(3, stride: 1, padding: 1)(input))
            let results = try branches.map { try $0(narrow).values } + [maxima.values]
            let joined = input.with(try Concatenation(axis: 1).results(on: results)[0])
            return try ReLU().overSteps(normalization(joined))
        }
    }

    struct Shortcut: SequenceLayer {
        let convolution: Conv1D
        let normalization = BatchNorm1D()

        func callAsFunction(_ input: SequenceValue) throws -> SequenceValue { try normalization(convolution(input)) }
    }

    let modules: [Module]
    let shortcuts: [Shortcut]

    /// - Parameters:
    ///   - inputs: number of channels of the input.
    ///   - filters: of each branch; a module has four.
    public init(inputs: Int, filters: Int = 32, kernels: [Int] = [39, 19, 9]) {
        modules = (0..<6).map { Module(filters, kernels: kernels, hasBottleneck: $0 > 0 || inputs > 1) }
        let width = filters * (kernels.count + 1)
        shortcuts = (0..<2).map { _ in Shortcut(convolution: Conv1D(width, kernel: 1, bias: false)) }
    }

    public func features(of input: SequenceValue) throws -> Value {
        var (x, start) = (input, input)
        for (index, module) in modules.enumerated() {
            x = try module(x)
            guard index % 3 == 2 else { continue }
            x = x.with(try ReLU()(x.values + shortcuts[index / 3](start).values))
            start = x
        }
        return try SequencePooling(.mean)(x)
    }
}
