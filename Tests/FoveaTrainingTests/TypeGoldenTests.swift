import Foundation
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import OrderedCollections
import Testing

/// A file that `script/pytorch/make_type_goldens.py` wrote.
private func golden(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Goldens"))
}

@Suite("Tensors of every type, written by PyTorch")
struct TypeGoldenTests {
    private let url: URL
    private let tensors: OrderedDictionary<String, Tensor>
    private let metadata: [String: String]

    init() throws {
        url = try golden("types")
        (tensors, metadata) = try Safetensors.read(from: url.path)
    }

    @Test("keep their type and their numbers")
    func numbers() throws {
        for (name, tensor) in tensors where name != "empty" { #expect(tensor.dataType.shortName == name) }
        #expect(Set(tensors.values.map(\.dataType)) == Set(DataType.allCases))
        #expect(tensors["empty"]?.type == TensorType([0, 3], .bfloat16))
        #expect(tensors["i8"]?.elements() == [-128, -1, 0, 127] as [Int8])
        #expect(tensors["u8"]?.elements() == [0, 255] as [UInt8])
        #expect(tensors["i32"]?.elements() == [.min, .max] as [Int32])
        #expect(tensors["i64"]?.elements() == [.min] as [Int64])
        #expect(tensors["bool"] == (try Tensor([1, 3], elements: [true, false, true] as [TruthValue])))
        #expect(tensors["f64"]?.elements() == [1.0 / 3, -.leastNonzeroMagnitude] as [Double])
        let half = try #require(tensors["f16"]?.doubles)
        let halves: [Double] = [0, 0, 0x1p-24, 0x3FFp-24, 0.333251953125, 65504, -.infinity]
        #expect(Array(half[..<7]) == halves)
        #expect(half[7].isNaN && half[1].sign == .minus)
        let brain = try #require(tensors["bf16"]?.doubles)
        let brains: [Double] = [0, 0, 0x1p-133, 0x7Fp-133, 0.333984375, 0xFFp120, -.infinity]
        #expect(Array(brain[..<7]) == brains)
        #expect(brain[7].isNaN && brain[1].sign == .minus)
    }

    @Test("are written back bit for bit")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let copy = "\(folder)/copy.safetensors"
            try Safetensors.write(tensors, metadata: metadata, to: copy)
            #expect(try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: url))
        }
    }
}

@Suite("A step in bfloat16 on the reference backend")
struct BFloat16GoldenTests {
    /// Half the distance from 1 to the next bfloat16: the relative error of one rounding.
    private static let unit = 0x1p-8
    /// PyTorch adds up at most 256 products in float32, each time with a relative error of 2⁻²⁴.
    private static let sumError = 0x1p-16

    private let tensors: OrderedDictionary<String, Tensor>

    init() throws { tensors = try Safetensors.read(from: golden("bfloat16").path).tensors }

    private func tensor(_ name: String) throws -> Tensor { try #require(tensors[name], "\(name)") }

    private func convolution() throws -> Convolution { Convolution(try Window(kernel: 3, padding: .init(1))) }
    private func pooling() throws -> AveragePooling { AveragePooling(try Window(kernel: 2, stride: 2)) }
    private let product = MatrixMultiplication(transposingRight: true)
    private let turnedProduct = MatrixMultiplication(transposingLeft: true)

    /// Each result of the step by itself, from PyTorch's own operands.
    ///
    /// - Parameter operand: a tensor of the file as a value.
    private func results(_ operand: (String) throws -> Value) throws -> [String: Value] {
        let (images, conv, logits, labels) = try (
            operand("images"), operand("conv"), operand("logits"), operand("labels")
        )
        let flat = try Reshape(to: [4, 96]).applied(to: operand("pooled"))
        let losses = try SoftmaxCrossEntropy().applied(to: logits, labels)
        let loss = try ReduceMean(axes: [0]).applied(to: losses)
        let (forLogits, forConv) = try (operand("gradient.logits"), operand("gradient.conv"))
        let forPooled = try Reshape(to: operand("pooled").shape)
            .applied(to: MatrixMultiplication().applied(to: forLogits, operand("fc.weight")))
        let spread = try AveragePoolingGradient(Window(kernel: 2, stride: 2), inputShape: conv.shape)
            .applied(to: forPooled)
        let filters = ConvolutionFilterGradient(try Window(kernel: 3, padding: .init(1)), withBias: true)
        let forFilters = try filters.results(on: [images, forConv])
        return [
            "conv": try convolution().applied(to: images, operand("conv.weight"), operand("conv.bias")),
            "pooled": try pooling().applied(to: ReLU().applied(to: conv)),
            "logits": try product.applied(to: flat, operand("fc.weight"), operand("fc.bias")),
            "loss": loss,
            "gradient.logits": try logits.builder.gradients(of: loss, with: [logits])[0],
            "gradient.fc.weight": try turnedProduct.applied(to: forLogits, flat),
            "gradient.fc.bias": try ReduceSum(axes: [0]).applied(to: forLogits),
            "gradient.conv": try UnaryGradient(of: ReLU()).applied(to: conv, spread),
            "gradient.conv.weight": forFilters[0],
            "gradient.conv.bias": forFilters[1],
        ]
    }

    /// The step as one graph: its forward results.
    private func forward(_ operand: (String) throws -> Value) throws -> [String: Value] {
        let conv = try convolution().applied(to: operand("images"), operand("conv.weight"), operand("conv.bias"))
        let pooled = try pooling().applied(to: ReLU().applied(to: conv))
        let logits = try product.applied(
            to: Reshape(to: [4, 96]).applied(to: pooled), operand("fc.weight"), operand("fc.bias"))
        let losses = try SoftmaxCrossEntropy().applied(to: logits, operand("labels"))
        return [
            "conv": conv, "pooled": pooled, "logits": logits, "loss": try ReduceMean(axes: [0]).applied(to: losses),
        ]
    }

    /// By how much the results of ``forward(_:)`` may differ: each operation's own roundings, and what it makes of the
    /// differences of its operand.
    private func forwardBounds(_ operand: (String) throws -> Value) throws -> [String: Value] {
        let exact = try forward(operand)
        func result(_ name: String) throws -> Value { try Absolute().applied(to: try #require(exact[name])) }
        func size(_ name: String) throws -> Value { try Absolute().applied(to: operand(name)) }
        let terms = try convolution().applied(to: size("images"), size("conv.weight"), size("conv.bias"))
        let conv = try rounding(of: result("conv"), "conv", terms)
        let pooled = try pooling().applied(to: conv) + rounding(of: result("pooled"), "pooled", result("pooled"))
        let moved = try product.applied(to: Reshape(to: [4, 96]).applied(to: pooled), size("fc.weight"))
        let flat = try Reshape(to: [4, 96]).applied(to: result("pooled"))
        let products = try product.applied(to: flat, size("fc.weight"), size("fc.bias"))
        let logits = try moved + rounding(of: result("logits"), "logits", products)
        // A loss moves by at most twice the largest move of one of its logits.
        let largest = try ReduceMaximum(axes: [1]).applied(to: logits)
        let loss = try ReduceMean(axes: [0]).applied(to: largest) * 2
        return [
            "conv": conv, "pooled": pooled, "logits": logits,
            "loss": try loss + rounding(of: result("loss"), "loss", result("loss")),
        ]
    }

    /// What the roundings of one operation may make of its result.
    ///
    /// - Parameters:
    ///   - result: the exact result's size.
    ///   - terms: the sum of the sizes of what is added up.
    private func rounding(of result: Value, _ name: String, _ terms: Value) throws -> Value {
        // The reference rounds once. PyTorch rounds once, and perhaps before it adds a bias. The mean of the losses is
        // rounded on both sides after the losses are, and PyTorch's logarithms before that.
        let count: Double = name == "loss" ? 5 : 3
        let bias: Double =
            switch name {
            case "conv": try tensor("conv.bias").doubles.map(abs).max() ?? 0
            case "logits": try tensor("fc.bias").doubles.map(abs).max() ?? 0
            // PyTorch takes p from its rounded logarithm, for each of four examples: p·|log p| is at most 1/e.
            case "gradient.logits": 0.37 / 4
            default: 0
            }
        return try result * (count * Self.unit) + terms * Self.sumError + bias * Self.unit
    }

    /// The outputs of a graph of these values, whose operands are the file's tensors in some type.
    private func run(
        _ dataType: DataType, sizesOnly: Bool = false,
        _ values: ((String) throws -> Value) throws -> [String: Value]
    ) throws -> [String: Tensor] {
        let builder = GraphBuilder()
        let results = try values { name in
            let tensor = try tensor(name)
            guard tensor.dataType.isFloatingPoint else { return try builder.constant(tensor) }
            let sizes = tensor.converted(to: .float64).doubles.map { sizesOnly ? abs($0) : $0 }
            return try builder.constant(Tensor(elements: sizes, TensorType(tensor.shape, dataType)))
        }
        let names = results.keys.sorted()
        for name in names { results[name].map { builder.output(name, $0) } }
        try builder.graph.verify()
        let outputs = try ReferenceBackend().compile(builder.graph, state: [:]).run([]).map { try $0.read() }
        return Dictionary(uniqueKeysWithValues: zip(names, outputs))
    }

    /// Compares results with the file's.
    ///
    /// - Parameter share: of the numbers' size, that of the bounds is less: larger ones would say nothing.
    private func compare(_ given: [String: Tensor], within bounds: [String: Tensor], below share: Double) throws {
        #expect(given.count == bounds.count)
        for (name, bound) in bounds {
            let (ours, expected) = (try #require(given[name]), try tensor(name))
            #expect(ours.type == expected.type && ours.dataType == .bfloat16, "\(name)")
            let differences = zip(ours.doubles, expected.doubles).map { abs($0 - $1) }
            let wrong = zip(differences, bound.doubles).filter { !($0 <= $1) }
            #expect(wrong.isEmpty, "\(name): \(wrong.count) of \(differences.count), such as \(wrong.prefix(1))")
            func size(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            #expect(size(bound.doubles) < share * size(expected.doubles), "\(name)")
        }
    }

    @Test("each operation, forward and backward, gives PyTorch's result for PyTorch's operands but for its roundings")
    func operations() throws {
        let terms = try run(.float64, sizesOnly: true, results)
        let exact = try run(.float64, results)
        let bounds = try exact.map { name, tensor in
            let builder = GraphBuilder()
            // What is added up in the loss and its gradient is no larger than the results.
            let added = name == "loss" || name == "gradient.logits" ? tensor : try #require(terms[name])
            let bound = try rounding(
                of: Absolute().applied(to: builder.constant(tensor)), name,
                Absolute().applied(to: builder.constant(added)))
            builder.output("bound", bound)
            return (name, try ReferenceBackend().compile(builder.graph, state: [:]).run([])[0].read())
        }
        #expect(bounds.count == 10)
        try compare(run(.bfloat16, results), within: Dictionary(uniqueKeysWithValues: bounds), below: 1.0 / 16)
    }

    @Test("as one graph it gives PyTorch's results, but for what roundings add up to")
    func graph() throws {
        try compare(run(.bfloat16, forward), within: run(.float64, forwardBounds), below: 0.5)
    }
}
