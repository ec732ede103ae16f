import CFoveaCPU
import FoveaGraph

/// A reduction that a hand-written loop runs: oneDNN's is slow for all but the last axes.
protocol KernelReduction: Reduction, CPULowerable {
    var kernel: fovea_reduction { get }
}

extension ReduceSum: KernelReduction { var kernel: fovea_reduction { fovea_sum } }
extension ReduceMean: KernelReduction { var kernel: fovea_reduction { fovea_mean } }
extension ReduceMaximum: KernelReduction { var kernel: fovea_reduction { fovea_maximum } }

extension KernelReduction {
    func lower(_ node: NodeLowering) throws {
        let source = try node.plainOperand(0)
        let result = try node.allocatePlain(node.results[0])
        let (kept, reduced) = try views(of: node.operands[0].shape)
        let how = kernel
        node.run(kernel: "reduce", reads: [source], writes: [result]) { memory in
            var (kept, reduced) = (kept, reduced)
            return {
                // Safe: the two views together visit each element of the operand once.
                unsafe fovea_reduce(how, &kept, &reduced, memory.operand(0), memory.result(0))
            }
        }
        node.deliver(result)
    }
}

extension ReduceMaximumGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let operands = try node.operands.indices.map(node.plainOperand)
        let gradient = try node.allocatePlain(node.results[0])
        let (kept, reduced) = try ReduceMaximum(axes: axes).views(of: node.operands[0].shape)
        node.run(kernel: "maximum gradient", reads: operands, writes: [gradient]) { memory in
            var (kept, reduced) = (kept, reduced)
            return {
                // Safe: the two views together visit each element of x once, and `kept` each maximum.
                unsafe fovea_reduce_maximum_gradient(
                    &kept, &reduced, memory.operand(0), memory.operand(1), memory.operand(2), memory.result(0))
            }
        }
        node.deliver(gradient)
    }
}

extension Reduction {
    /// The axes that stay and the axes that are reduced, as views of a plain tensor.
    fileprivate func views(of shape: Shape) throws -> (kept: fovea_view, reduced: fovea_view) {
        let reducedAxes = try reducedAxes(rank: shape.rank)
        let axes = 0..<shape.rank
        return (
            view(of: shape, axes: axes.filter { !reducedAxes.contains($0) }),
            view(of: shape, axes: axes.filter(reducedAxes.contains))
        )
    }

    /// Some axes of a tensor, with neighbours joined where they are contiguous; one axis of size 1 if there are none.
    private func view(of shape: Shape, axes: [Int]) -> fovea_view {
        var joined: [(size: Int, stride: Int)] = []
        for axis in axes where shape[axis] > 1 {
            let next = (size: shape[axis], stride: shape.strides[axis])
            if let last = joined.last, last.stride == next.stride * next.size {
                joined[joined.count - 1] = (last.size * next.size, next.stride)
            } else {
                joined.append(next)
            }
        }
        if joined.isEmpty { joined = [(1, 1)] }
        return fovea_view(sizes: joined.map(\.size), strides: joined.map(\.stride))
    }
}
