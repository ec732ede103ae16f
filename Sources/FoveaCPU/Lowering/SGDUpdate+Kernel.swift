import CFoveaCPU
import FoveaGraph

extension SGDUpdate: KernelUpdate {
    @unsafe func run(_ updates: UnsafeBufferPointer<fovea_update>, scalars: [UnsafePointer<Float>]) {
        var settings = fovea_sgd(momentum: Float(momentum), weight_decay: Float(weightDecay), nesterov: nesterov)
        unsafe fovea_sgd_update(&settings, scalars[0], updates.count, updates.baseAddress)
    }
}
