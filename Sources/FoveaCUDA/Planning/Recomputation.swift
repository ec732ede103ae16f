import FoveaGraph

/// Computes element-wise results again where they are needed next, instead of keeping them over the moment at which a program
/// needs the most memory: a pass over memory more for each, and its memory less.
///
/// Source: Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016.
struct Recomputation {
    private(set) var steps: [DeviceStep]
    private(set) var buffers: [PlannedBuffer]
    private let outputs: Set<BufferID>

    init(_ steps: [DeviceStep], _ buffers: [PlannedBuffer], outputs: [BufferID]) {
        (self.steps, self.buffers, self.outputs) = (steps, buffers, Set(outputs))
        var least = Uses(of: steps, buffers).peak.byteCount
        // The most memory may be needed somewhere else then.
        for _ in 0..<Self.roundLimit {
            let before = (self.steps, self.buffers)
            guard recompute() else { return }
            let peak = Uses(of: self.steps, self.buffers).peak.byteCount
            guard peak < least else {
                (self.steps, self.buffers) = before
                return
            }
            least = peak
        }
    }

    private static let roundLimit = 8

    /// Which steps read and write each buffer, by the numbers of the steps.
    private struct Uses {
        var reads: [BufferID: [Int]] = [:]
        var writes: [BufferID: [Int]] = [:]
        let peak: (step: Int, byteCount: Int)

        init(of steps: [DeviceStep], _ buffers: [PlannedBuffer]) {
            for (index, step) in steps.enumerated() {
                for buffer in Set(step.read) { reads[buffer, default: []].append(index) }
                for buffer in Set(step.written) { writes[buffer, default: []].append(index) }
            }
            // How the bytes change before each step.
            var changes = [Int](repeating: 0, count: steps.count + 1)
            for (index, buffer) in buffers.enumerated() where !buffer.home.isKept {
                let id = BufferID(index: index)
                let all = (reads[id] ?? []) + (writes[id] ?? [])
                guard let first = all.min(), let last = all.max() else { continue }
                changes[first] += buffer.byteCount
                changes[last + 1] -= buffer.byteCount
            }
            var (live, peak) = (0, (step: 0, byteCount: 0))
            for index in steps.indices {
                live += changes[index]
                if live > peak.byteCount { peak = (index, live) }
            }
            self.peak = peak
        }
    }

    /// Computes again what is kept over the moment with the most memory; false where nothing is that can be.
    private mutating func recompute() -> Bool {
        let uses = Uses(of: steps, buffers)
        let peak = uses.peak.step
        // Their kernels read addresses from a table, in which no buffer gets another number.
        let tabled = Set(
            steps.indices.filter { index in
                steps[index].read.contains { if case .table = buffers[$0.index].home { true } else { false } }
            })
        var lastUses = uses.reads.merging(uses.writes) { $0 + $1 }.compactMapValues { $0.max() }
        /// What is computed again before a step, and under which number it is read from then on.
        var again: [Int: [(step: DeviceStep, old: BufferID, new: BufferID)]] = [:]
        for (index, step) in steps.enumerated().prefix(peak) {
            guard case .launch(let launch) = step.work, launch.isElementwise, let result = launch.written.first,
                case .arena = buffers[result.index].home, uses.writes[result] == [index], !outputs.contains(result)
            else { continue }
            let reads = uses.reads[result] ?? []
            guard let next = reads.first(where: { $0 > peak }), !reads.contains(peak),
                !reads.contains(where: { $0 > peak && tabled.contains($0) })
            else { continue }
            let isPossible = step.read.allSatisfy { source in
                if buffers[source.index].home.isKept { return true }
                return lastUses[source] ?? -1 >= next && (uses.writes[source] ?? []).allSatisfy { $0 < index }
            }
            guard isPossible else { continue }
            buffers.append(buffers[result.index])
            again[next, default: []].append((step, result, BufferID(index: buffers.count - 1)))
            lastUses[result] = reads.last { $0 < peak } ?? index
        }
        guard !again.isEmpty else { return false }
        var names: [BufferID: BufferID] = [:]
        var rewritten: [DeviceStep] = []
        for (index, step) in steps.enumerated() {
            for (step, old, new) in again[index] ?? [] {
                rewritten.append(step.replacing(names).replacing([old: new]))
                names[old] = new
            }
            rewritten.append(step.replacing(names))
        }
        steps = rewritten
        return true
    }
}

extension DeviceStep {
    /// The same on other buffers.
    fileprivate func replacing(_ names: [BufferID: BufferID]) -> DeviceStep {
        guard (read + written).contains(where: { names[$0] != nil }) else { return self }
        func new(_ buffer: BufferID) -> BufferID { names[buffer] ?? buffer }
        let work: Work =
            switch self.work {
            case .launch(let launch): .launch(launch.replacing(new))
            case .convolution(let plan, let tensors):
                .convolution(
                    plan,
                    ConvolutionTensors(
                        images: new(tensors.images), filters: new(tensors.filters), results: new(tensors.results),
                        residual: tensors.residual.map(new), bias: tensors.bias.map(new),
                        workspace: tensors.workspace.map(new)))
            case .product(let plan, let matrices):
                .product(
                    plan,
                    ProductMatrices(
                        left: new(matrices.left), right: new(matrices.right), result: new(matrices.result),
                        workspace: matrices.workspace.map(new)))
            }
        return DeviceStep(
            work: work, read: read.map(new), written: written.map(new), path: path, operation: operation,
            implementation: implementation, multiplyAdds: multiplyAdds, byteCount: byteCount)
    }
}

extension KernelLaunch {
    fileprivate func replacing(_ new: (BufferID) -> BufferID) -> KernelLaunch {
        KernelLaunch(
            name: name, pointers: pointers.map(new), grid: grid, block: block, written: written.map(new),
            partialReads: Dictionary(partialReads.map { (new($0.key), $0.value) }, uniquingKeysWith: +),
            isElementwise: isElementwise)
    }
}
