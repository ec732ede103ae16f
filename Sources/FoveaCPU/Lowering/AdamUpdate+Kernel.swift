import CFoveaCPU
import FoveaGraph

extension AdamUpdate: KernelUpdate {
    @unsafe func run(_ updates: UnsafeBufferPointer<fovea_update>, scalars: [UnsafePointer<Float>]) {
        var settings = fovea_adam(
            beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
            decoupled_weight_decay: decoupledWeightDecay)
        unsafe fovea_adam_update(&settings, scalars[0], scalars[1], updates.count, updates.baseAddress)
    }
}
