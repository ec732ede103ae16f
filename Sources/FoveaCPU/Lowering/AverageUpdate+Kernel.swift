import CFoveaCPU
import FoveaGraph

extension AverageUpdate: KernelUpdate {
    @unsafe func run(_ updates: UnsafeBufferPointer<fovea_update>, scalars: [UnsafePointer<Float>]) {
        unsafe fovea_average_update(scalars[0], updates.count, updates.baseAddress)
    }
}
