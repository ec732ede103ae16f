import CFoveaCPU
import FoveaGraph

/// A depthwise convolution and the pointwise one that feeds it in one kernel, which takes rows of pixels through both
/// while they are in the cache: the widest tensors of MobileNetV2 (Sandler et al., 2018) are never written.
///
/// For inference only, since training needs the tensor in between. oneDNN has this kernel where that tensor is larger
/// than the cores' own caches; where it is smaller, two kernels are as fast.
struct PointwiseDepthwiseConvolution {
    private let node: NodeLowering
    private let geometry: ConvolutionGeometry
    private let pointwise: NodeLowering
    private let pointwiseGeometry: ConvolutionGeometry
    private let images: Stored
    private let clamps: Bool
    private let descriptor: PrimitiveDescriptor

    /// Nil where the two cannot, or need not, be one.
    ///
    /// - Parameters:
    ///   - node: the depthwise convolution.
    ///   - activation: the activation applied to its result.
    init?(_ node: NodeLowering, _ geometry: ConvolutionGeometry, _ activation: Elementwise?) throws {
        guard !node.isCareful, geometry.isDepthwiseOf3x3, node.isPrepared(node.operand(1)),
            let (pointwise, step) = node.onlyFeeder(of: 0), let images = step.reads.first,
            let first = FeedingConvolution(pointwise), pointwise.isPrepared(pointwise.operand(1))
        else { return nil }
        let firstGeometry = ConvolutionGeometry(
            window: first.convolution.window, groups: first.convolution.groups, images: pointwise.operands[0].shape,
            filters: pointwise.operands[1].shape, results: pointwise.results[0].shape, withBias: first.hasBias)
        guard firstGeometry.isPointwise else { return nil }
        var problem = fovea_convolution(
            kind: dnnl_forward_inference, images: images.layout.descriptor,
            filters: try Layout.any(firstGeometry.filters.dimensions).descriptor,
            bias: first.hasBias ? try Layout(plain: [firstGeometry.filters[0]]).descriptor : Layout.absent.descriptor,
            results: step.writes[0].layout.descriptor, window: firstGeometry.window.oneDNN, adds_to_result: false,
            activation: first.activation?.algorithm ?? dnnl_alg_kind_undef, alpha: first.activation?.alpha ?? 0,
            beta: first.activation?.beta ?? 0)
        let descriptor = try? unsafe node.describe { made in
            unsafe fovea_pointwise_depthwise_convolution(
                node.context, &problem, Int64(geometry.window.axes[0].stride), geometry.withBias,
                activation?.algorithm ?? dnnl_alg_kind_undef, activation?.alpha ?? 0, activation?.beta ?? 0, made)
        }
        // The reference runs one after the other, through separate memory.
        guard let descriptor, !descriptor.implementation.contains("ref") else { return nil }
        self.node = node
        self.geometry = geometry
        self.pointwise = pointwise
        pointwiseGeometry = firstGeometry
        self.images = images
        clamps = [first.activation, activation].contains { $0?.clamps ?? false }
        self.descriptor = descriptor
    }

    func convolved() throws -> Stored {
        var reads: [(Argument, Stored)] = [(.source, images)]
        for (node, geometry, roles) in [
            (pointwise, pointwiseGeometry, (weights: Argument.weights, bias: Argument.bias)),
            (node, geometry, (weights: Argument.weights.ofDepthwise, bias: Argument.bias.ofDepthwise)),
        ] {
            let filters = try geometry.grouped(node.plainOperand(1))
            reads.append((roles.weights, try node.reorder(filters, to: descriptor.layout(of: roles.weights))))
            if geometry.withBias { reads.append((roles.bias, try node.plainOperand(2))) }
        }
        let result = node.allocate(descriptor.layout(of: .destination))
        try node.run(
            descriptor, insteadOf: pointwise, reads: reads, writes: [(.destination, result)],
            mayMistakeNonFinite: clamps)
        return result
    }
}

/// A convolution followed only by what its own kernel applies.
private struct FeedingConvolution {
    let convolution: Convolution
    let hasBias: Bool
    var activation: Elementwise?

    init?(_ node: NodeLowering) {
        switch node.operation {
        case let plain as Convolution:
            (convolution, hasBias) = (plain, node.operands.count == 3)
        case let fused as FusedConvolution where !fused.addsResidual:
            (convolution, hasBias) = (fused.convolution, fused.hasBias)
            if let function = fused.activation?.operation {
                guard let epilogue = (function as? any CPUElementwise)?.epilogue(for: node) else { return nil }
                activation = epilogue
            }
        default: return nil
        }
    }
}

extension ConvolutionGeometry {
    fileprivate var isPointwise: Bool {
        groups == 1 && window.axes.allSatisfy { $0.kernel == 1 && $0.stride == 1 }
            && images.spatialSizes == results.spatialSizes
    }

    fileprivate var isDepthwiseOf3x3: Bool {
        guard let (rows, columns) = window.rowsAndColumns else { return false }
        let stride = rows.stride
        return groups == images[1] && groups == filters[0] && (stride == 1 || stride == 2)
            && [rows, columns].allSatisfy {
                $0.kernel == 3 && $0.stride == stride && $0.dilation == 1 && $0.before == 1
            }
            && [2, 3].allSatisfy { results[$0] == (images[$0] - 1) / stride + 1 }
    }
}
