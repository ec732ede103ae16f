import FoveaGraph

/// The outputs of a program, of which each run gives copies that no later one changes.
final class ProgramOutputs {
    private let context: CUDAContext
    private let outputs: [(type: TensorType, address: UInt64)]
    /// For each output that is small, where it lies among them on the host.
    private let offsets: [Int?]
    private let hostByteCount: Int
    // The memory of earlier results, for later ones as soon as nobody holds it.
    private var onDevice: [[DeviceMemory]]
    private var onHost: [HostResults] = []

    init(_ outputs: [(type: TensorType, address: UInt64)], on context: CUDAContext) {
        self.context = context
        self.outputs = outputs
        var byteCount = 0
        offsets = outputs.map { type, _ in
            guard type.byteCount <= 4096 else { return nil }
            defer { byteCount += DeviceMemory.aligned(type.byteCount) }
            return byteCount
        }
        hostByteCount = byteCount
        onDevice = outputs.map { _ in [] }
    }

    /// Puts copies on the stream.
    func collected() throws -> [CUDAValue] {
        let results = hostByteCount > 0 ? try freeHostResults() : nil
        if let results {
            try results.fill(
                zip(outputs, offsets).compactMap { output, offset in
                    offset.map { (output.address, output.type.byteCount, $0) }
                })
        }
        return try outputs.indices.map { index in
            let type = outputs[index].type
            if let results, let offset = offsets[index] { return CUDAValue(type, in: .host(results, offset: offset)) }
            let memory = try freeMemory(index)
            try context.copy(outputs[index].address, to: memory.address, byteCount: type.byteCount)
            return CUDAValue(type, in: .device(memory))
        }
    }

    private func freeHostResults() throws -> HostResults {
        if let free = onHost.indices.first(where: { isKnownUniquelyReferenced(&onHost[$0]) }) { return onHost[free] }
        let fresh = try HostResults(context, byteCount: hostByteCount)
        onHost.append(fresh)
        return fresh
    }

    private func freeMemory(_ index: Int) throws -> DeviceMemory {
        if let free = onDevice[index].indices.first(where: { isKnownUniquelyReferenced(&onDevice[index][$0]) }) {
            return onDevice[index][free]
        }
        let type = outputs[index].type
        let fresh = try DeviceMemory(context, byteCount: type.byteCount, for: "a result of type \(type)")
        onDevice[index].append(fresh)
        return fresh
    }
}
