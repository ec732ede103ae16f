import FoveaGraph

/// The steps of a program without updates that depend on states and constants alone, such as weights in another type or
/// multiplied by a normalization's scale: they are carried out again only when a state has changed.
struct PreparedSteps {
    /// Those steps first, both in their order.
    let steps: [DeviceStep]
    let count: Int
    let buffers: [PlannedBuffer]

    init(_ steps: [DeviceStep], _ buffers: [PlannedBuffer]) {
        var writers: [BufferID: [Int]] = [:]
        for (index, step) in steps.enumerated() {
            for buffer in Set(step.written) { writers[buffer, default: []].append(index) }
        }
        var isPrepared = steps.map { _ in true }
        func isKnown(_ buffer: BufferID) -> Bool {
            if buffers[buffer.index].home.isKept { return true }
            guard let writers = writers[buffer] else { return false }
            return writers.allSatisfy { isPrepared[$0] }
        }
        var isStable = false
        while !isStable {
            isStable = true
            for (index, step) in steps.enumerated() where isPrepared[index] {
                // A buffer that others write, too, is no step's own.
                guard step.read.allSatisfy(isKnown), step.written.allSatisfy(isKnown) else {
                    isPrepared[index] = false
                    isStable = false
                    continue
                }
            }
        }
        let prepared = steps.indices.filter { isPrepared[$0] }.map { steps[$0] }
        self.steps = prepared + steps.indices.filter { !isPrepared[$0] }.map { steps[$0] }
        count = prepared.count
        var moved = buffers
        for buffer in Set(prepared.flatMap(\.written)) where !buffers[buffer.index].home.isKept {
            moved[buffer.index] = PlannedBuffer(byteCount: buffers[buffer.index].byteCount, home: .prepared)
        }
        self.buffers = moved
    }
}
