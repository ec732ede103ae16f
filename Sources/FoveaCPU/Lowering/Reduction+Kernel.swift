import CFoveaCPU
import FoveaGraph

/// A reduction that our own loop runs: oneDNN's is slow for all but the last axes.
protocol KernelReduction: Reduction, CPULowerable {
    var kernel: fovea_reduction { get }
}

extension ReduceSum: KernelReduction {
    var kernel: fovea_reduction { fovea_sum }
}

extension ReduceMean: KernelReduction {
    var kernel: fovea_reduction { fovea_mean }
}

extension ReduceMaximum: KernelReduction {
    var kernel: fovea_reduction { fovea_maximum }
}

extension KernelReduction {
    func lower(_ node: NodeLowering) throws {
        let source = try node.plainOperand(0)
        let result = try node.allocatePlain(node.results[0])
        let reducedAxes = try self.reducedAxes(rank: node.operands[0].shape.rank)
        let shape = Shape(source.layout.dimensions)
        let kept = view(of: shape, axes: shape.dimensions.indices.filter { !reducedAxes.contains($0) })
        let reduced = view(of: shape, axes: shape.dimensions.indices.filter(reducedAxes.contains))
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

    /// Some axes of a tensor, neighbours that form one stretch of memory joined; one axis of size 1 if there are none.
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
