import FoveaGraph
import Testing

/// An operation, operands that do not fit it, and what its error must mention.
struct Misfit: Sendable, CustomTestStringConvertible {
    let operation: any FoveaGraph.Operation
    let operands: [TensorType]
    let mention: String

    init(_ operation: any FoveaGraph.Operation, _ operands: [TensorType], _ mention: String) {
        self.operation = operation
        self.operands = operands
        self.mention = mention
    }

    var testDescription: String { "\(operation.operationName)\(operands): \(mention)" }
}

private func f32(_ dimensions: Int...) -> TensorType { .float32(Shape(dimensions)) }
private func i32(_ dimensions: Int...) -> TensorType { TensorType(Shape(dimensions), .int32) }
private let images = f32(2, 4, 6, 6)

@Suite("Type rules")
struct TypeRuleTests {
    static func misfits() throws -> [Misfit] {
        let window = try Window(kernel: 3)
        let pooling = try Window(kernel: 2, stride: 2)
        return [
            Misfit(Addition(), [images], "takes 2 operands and was given 1"),
            Misfit(Addition(), [f32(2, 3), f32(4)], "2×3 and 4"),
            Misfit(Multiplication(), [i32(2), i32(2)], "floating-point"),
            Misfit(Division(), [f32(2), TensorType([2], .float64)], "of one type"),
            Misfit(Subtraction(), [f32(1 << 30, 1), f32(1, 1 << 30)], "more than 2^40"),
            Misfit(ReLU(), [i32(3)], "i32[3]"),
            Misfit(UnaryGradient(of: ReLU()), [f32(3), f32(4)], "one shape"),
            Misfit(MatrixMultiplication(), [f32(2, 3), f32(4, 5)], "3 and 4"),
            Misfit(MatrixMultiplication(), [f32(2, 3), f32(3, 5), f32(4)], "bias"),
            Misfit(MatrixMultiplication(), [f32(2, 3, 4), f32(3, 5)], "rank 2"),
            Misfit(MatrixMultiplication(), [f32(2, 3)], "two matrices"),
            Misfit(Convolution(window), [images, f32(5, 3, 3, 3)], "3 input channels"),
            Misfit(Convolution(window), [images, f32(5, 4, 5, 5)], "window's size 3×3"),
            Misfit(Convolution(window), [images, f32(5, 4, 3, 3), f32(4)], "bias"),
            Misfit(
                Convolution(window), [f32(4, 6, 6), f32(5, 4, 3, 3)],
                "a window over 2 axes expects images of rank 4 and was given 4×6×6"),
            Misfit(Convolution(window), [f32(2, 4, 2, 6), f32(5, 4, 3, 3)], "larger than the image"),
            Misfit(Convolution(window, groups: 3), [images, f32(6, 1, 3, 3)], "3 groups"),
            Misfit(Convolution(window, groups: 0), [images, f32(5, 4, 3, 3)], "0 groups"),
            Misfit(Convolution(window), [images], "images, filters"),
            Misfit(
                FusedConvolution(Convolution(window), hasBias: true), [images, f32(5, 4, 3, 3)],
                "takes 3 operands and was given 2"),
            Misfit(
                FusedConvolution(Convolution(window), hasBias: false, addsResidual: true),
                [images, f32(5, 4, 3, 3), f32(2, 5, 4, 5)], "one shape"),
            Misfit(
                ConvolutionInputGradient(window, inputShape: [2, 4, 6, 6]), [images, f32(4, 4, 3, 3)], "f32[2×4×4×4]"),
            Misfit(ConvolutionFilterGradient(window, withBias: false), [images, images], "f32[2×4×4×4]"),
            Misfit(ConvolutionFilterGradient(window, groups: 3, withBias: true), [images, images], "3 groups"),
            Misfit(
                FusedBatchNormalization(epsilon: 1e-5, addsResidual: true),
                [images, f32(4), f32(4), f32(2, 4, 6, 1)], "one shape"),
            Misfit(
                FusedBatchNormalization(epsilon: 1e-5, rectifier: ReLU()), [images, f32(4), f32(6)],
                "one number per channel"),
            Misfit(
                FusedBatchNormalizationInference(epsilon: 1e-5), [images, f32(4), f32(4), f32(4), f32(6)],
                "one number per channel"),
            Misfit(
                FusedBatchNormalizationGradient(epsilon: 1e-5, rectifier: ReLU(), addsUpstream: true),
                [images, f32(4), f32(4), f32(4), images, images], "takes 7 operands and was given 6"),
            Misfit(
                FusedBatchNormalizationGradient(epsilon: 1e-5, rectifier: ReLU()),
                [images, f32(4), f32(4), f32(4), f32(2, 4, 6), images], "one shape"),
            Misfit(
                FusedBatchNormalizationGradient(epsilon: 1e-5, rectifier: ReLU(), recomputesResult: true),
                [images, f32(4), f32(4), f32(4), images, images], "one number per channel"),
            Misfit(MaxPooling(pooling), [f32(2, 6, 6)], "expects images of rank 4 and was given 2×6×6"),
            Misfit(MaxPooling(pooling), [i32(2, 4, 6, 6)], "floating-point"),
            Misfit(MaxPooling(pooling), [f32(2, 4, 1, 6)], "larger than the image"),
            Misfit(MaxPoolingGradient(pooling, inputShape: [2, 4, 6, 6]), [images, images], "i32[2×4×3×3]"),
            Misfit(AveragePooling(pooling), [images, images], "1 operands"),
            Misfit(AveragePoolingGradient(pooling, inputShape: [2, 4, 6, 6]), [images], "f32[2×4×3×3]"),
            Misfit(GlobalAveragePooling(), [f32(2, 4)], "rank 3 or more"),
            Misfit(Softmax(axis: 2), [f32(2, 3)], "axis 2"),
            Misfit(Softmax(), [f32()], "rank 0"),
            Misfit(LogSoftmax(axis: -3), [f32(2, 3)], "axis -3"),
            Misfit(LogSoftmax(axis: .min), [f32(2, 3)], "rank 2"),
            Misfit(SoftmaxGradient(axis: 0), [f32(2, 3), f32(3, 2)], "one shape"),
            Misfit(LogSoftmaxGradient(axis: 0), [f32(2, 3)], "2 operands"),
            Misfit(SoftmaxCrossEntropy(), [f32(2, 3), f32(2)], "i32[2]"),
            Misfit(SoftmaxCrossEntropy(), [f32(2, 3), i32(3)], "i32[2]"),
            Misfit(SoftmaxCrossEntropy(), [f32(2, 3, 4), i32(2)], "rank 2"),
            Misfit(SoftmaxCrossEntropyGradient(), [f32(2, 3), i32(2), f32(3)], "f32[2]"),
            Misfit(FusedSoftmaxCrossEntropy(hasTargets: false), [f32(2, 3), i32(2), f32(3)], "f32[2]"),
            Misfit(FusedSoftmaxCrossEntropy(hasTargets: true), [f32(2, 3), f32(2, 3)], "takes 3 operands"),
            Misfit(SoftmaxCrossEntropyWithTargets(), [f32(2, 3), f32(2, 4)], "one shape"),
            Misfit(SoftmaxCrossEntropyWithTargetsGradient(), [f32(2, 3), f32(2, 3), f32(2, 3)], "f32[2]"),
            Misfit(BatchNormalization(), [images, f32(4), f32(6)], "f32[4]"),
            Misfit(BatchNormalization(), [f32(4), f32(4), f32(4)], "rank 2 or more"),
            Misfit(BatchNormalizationGradient(), [images, f32(4), f32(4), f32(4), f32(2, 4)], "one shape"),
            Misfit(BatchNormalizationInference(), [images, f32(4), f32(4), f32(4)], "5 operands"),
            Misfit(try RandomMask(rate: 0.5, shape: [3], stream: 0), [f32(2)], "i32[2]"),
            Misfit(Concatenation(axis: 0), [], "no operands"),
            Misfit(Concatenation(axis: 1), [f32(2, 3), f32(3, 3)], "f32[3×3]"),
            Misfit(Concatenation(axis: 1), [f32(2, 3), i32(2, 3)], "i32[2×3]"),
            Misfit(Concatenation(axis: 2), [f32(2, 3)], "axis 2"),
            Misfit(Slice(axis: 1, start: 0, end: 4), [f32(2, 3)], "from 0 to 4"),
            Misfit(Slice(axis: 1, start: 2, end: 1), [f32(2, 3)], "from 2 to 1"),
            Misfit(Slice(axis: 1, start: .min, end: .max), [f32(2, 3)], "axis 1"),
            Misfit(Slice(axis: 5, start: 0, end: 1), [f32(2, 3)], "axis 5"),
            Misfit(Transposition(permutation: [0, 0]), [f32(2, 3)], "no order"),
            Misfit(Transposition(permutation: [0]), [f32(2, 3)], "no order"),
            Misfit(Transposition(permutation: [-1, 0]), [f32(2, 3)], "no order"),
            Misfit(Cast(to: .bool), [f32(2), f32(2)], "takes 1 operands and was given 2"),
            Misfit(Addition(), [TensorType([2], .float16), TensorType([2], .bfloat16)], "f16[2], bf16[2]"),
            Misfit(ReLU(), [TensorType([2], .bool)], "bool[2]"),
            Misfit(ReduceSum(axes: [0]), [TensorType([2], .int8)], "i8[2]"),
            Misfit(Reshape(to: [5]), [f32(2, 3)], "6 elements"),
            Misfit(Broadcast(to: [2, 3]), [f32(2)], "does not broadcast"),
            Misfit(Broadcast(to: [3]), [f32(1, 3)], "does not broadcast"),
            Misfit(ReduceSum(axes: [2]), [f32(2, 3)], "axes [2]"),
            Misfit(ReduceMean(axes: [0, -2]), [f32(2, 3)], "axes [0, -2]"),
            Misfit(ReduceMaximum(axes: [.min]), [f32(2, 3)], "rank 2"),
            Misfit(ReduceMaximumGradient(axes: [0]), [f32(2, 3), f32(2), f32(3)], "f32[3]"),
            Misfit(SGDUpdate(nesterov: true), [f32(2), f32(2), f32()], "momentum"),
            Misfit(NormalizationFolding(hasBias: true), [f32(4, 3), f32(4), f32(4), f32(4), f32(4)], "6 operands"),
            Misfit(NormalizationFolding(hasBias: false), [f32(4, 3), f32(3), f32(3), f32(3), f32(3)], "a scale 3"),
            Misfit(NormalizationFolding(hasBias: false), [f32(4, 3), f32(4), f32(4), f32(3), f32(4)], "one shape"),
            Misfit(SGDUpdate(), [f32(2), f32(2), f32(1)], "Operand 2"),
            Misfit(SGDUpdate(momentum: 0.9), [f32(2), f32(2), f32()], "4 operands"),
            Misfit(SGDUpdate(), [f32(2), f32(3), f32()], "Operand 1"),
            Misfit(AdamUpdate(), [f32(2), f32(2), f32(), f32(), f32(2), f32(3)], "Operand 5"),
        ]
    }

    /// Windows over one and three axes.
    static func misfitsOfOtherAxes() throws -> [Misfit] {
        let sequence = try Window(axes: [.init(kernel: 3)])
        let three = Window.Axis(kernel: 3)
        let volume = try Window(axes: [three, three, three])
        let thousands = Window.Axis(kernel: 2048)
        let huge = try Window(axes: [thousands, thousands, thousands])
        return [
            Misfit(
                Convolution(sequence), [images, f32(5, 4, 3)],
                "a window over 1 axis expects images of rank 3 and was given 2×4×6×6"),
            Misfit(Convolution(sequence), [f32(2, 4, 6), f32(5, 4, 3, 3)], "expects filters of rank 3"),
            Misfit(Convolution(sequence), [f32(2, 4, 2), f32(5, 4, 3)], "along the length it spans 3 of 2"),
            Misfit(
                Convolution(volume), [f32(2, 4, 6, 2, 6), f32(5, 4, 3, 3, 3)], "along the height it spans 3 of 2"),
            Misfit(Convolution(volume), [images, f32(5, 4, 3, 3)], "or use a window over 2 axes"),
            Misfit(ConvolutionFilterGradient(volume, withBias: false), [images, images], "expects images of rank 5"),
            Misfit(
                ConvolutionInputGradient(sequence, inputShape: [2, 4, 6]), [f32(2, 5, 6), f32(5, 4, 3)],
                "f32[2×5×4]"),
            Misfit(AveragePooling(volume), [images], "expects images of rank 5"),
            Misfit(
                MaxPooling(huge),
                [f32(1, 1, 2048, 2048, 2048)], "more places than an int32"),
        ]
    }

    @Test("say what does not fit", arguments: try misfits() + misfitsOfOtherAxes())
    func misfit(misfit: Misfit) {
        let error = #expect(throws: FoveaError.self) { try misfit.operation.resultTypes(of: misfit.operands) }
        #expect(error?.description.contains(misfit.mention) == true, "\(String(describing: error))")
        #expect(error?.code == .usage || error?.code == .badData)
    }

    @Test("name the layer in whose trace the operation is added")
    func location() throws {
        let builder = GraphBuilder()
        let x = try builder.input("x", f32(2, 3))
        builder.location = Location(path: "layer1.0.fc", layer: "Dense")
        let error = #expect(throws: FoveaError.self) { try MatrixMultiplication().applied(to: x, x) }
        #expect(error?.problem.hasPrefix("`layer1.0.fc`: ") == true)
    }

    @Test("give the sizes of the textbook")
    func sizes() throws {
        func result(_ operation: any FoveaGraph.Operation, _ operands: TensorType...) throws -> Shape {
            try operation.resultTypes(of: operands)[0].shape
        }
        #expect(try result(Convolution(Window(kernel: 5)), f32(1, 1, 32, 32), f32(10, 1, 5, 5)) == [1, 10, 28, 28])
        let resNetStem = Convolution(try Window(kernel: 7, stride: 2, padding: .init(3)))
        #expect(try result(resNetStem, f32(8, 3, 224, 224), f32(64, 3, 7, 7)) == [8, 64, 112, 112])
        #expect(try result(MaxPooling(Window(kernel: 2, stride: 2)), f32(1, 32, 480, 640)) == [1, 32, 240, 320])
        #expect(try result(GlobalAveragePooling(), f32(8, 512, 7, 7)) == [8, 512, 1, 1])
        #expect(try result(Concatenation(axis: 1), f32(1, 3, 2, 2), f32(1, 5, 2, 2)) == [1, 8, 2, 2])
        #expect(try result(ReduceMean(axes: [2, 3]), f32(8, 512, 7, 7)) == [8, 512])
    }
}
