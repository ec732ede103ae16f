import CFoveaCPU
import FoveaGraph

/// Images that a kernel normalizes as it reads them, in place of a step that writes them normalized.
struct NormalizedOperand {
    /// The images, then scale, bias, mean and variance: the first operands of the kernel.
    let reads: [Stored]
    /// The node that would have normalized them.
    let feeder: NodeLowering
    private let epsilon: Double
    private let rectifier: fovea_rectifier

    /// Nil where the node is no normalization that kernels can apply.
    ///
    /// - Parameter step: the step that the node has lowered itself to.
    init?(_ feeder: NodeLowering, _ step: PlannedStep) {
        let activation: FusedActivation?
        switch feeder.operation {
        case let measured as FusedBatchNormalization where !measured.addsResidual:
            (epsilon, activation) = (measured.epsilon, measured.activation)
            reads = Array(step.reads[..<3] + step.writes[1...2])
        case let given as FusedBatchNormalizationInference:
            (epsilon, activation) = (given.epsilon, given.activation)
            reads = step.reads
        default: return nil
        }
        guard
            let rectifier = activation.map({ ($0.operation as? any KernelRectifier)?.rectifier }) ?? fovea_no_rectifier
        else { return nil }
        self.rectifier = rectifier
        self.feeder = feeder
    }

    /// The normalization with its numbers where a kernel finds them.
    @unsafe func normalization(in memory: KernelMemory) -> fovea_channel_normalization {
        unsafe fovea_channel_normalization(
            scale: memory.operand(1), bias: memory.operand(2), mean: memory.operand(3), variance: memory.operand(4),
            epsilon: epsilon, rectifier: rectifier)
    }
}
