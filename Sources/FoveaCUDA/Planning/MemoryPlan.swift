import FoveaGraph
import FoveaRuntime

/// Where the buffers of a program lie: in one arena, in which buffers that are needed at the same time do not overlap, in
/// the states, or in memory of their own.
struct DeviceMemoryPlan {
    /// The offset of each buffer that lies in the arena.
    let offsets: [BufferID: Int]
    let arenaByteCount: Int
    /// The bytes of constants, tables, small inputs and what is prepared.
    let constantByteCount: Int

    init(_ planner: ProgramPlanner) {
        let last = planner.steps.count
        var lifetimes: [BufferID: ClosedRange<Int>] = [:]
        func touch(_ buffer: BufferID, at step: Int) {
            lifetimes[buffer] =
                lifetimes[buffer].map { min($0.lowerBound, step)...max($0.upperBound, step) } ?? step...step
        }
        for (index, step) in planner.steps.enumerated() {
            for buffer in step.read + step.written { touch(buffer, at: index) }
        }
        for output in planner.outputs { touch(output.buffer, at: last) }
        var (members, requests): ([BufferID], [ArenaPlanner.Request]) = ([], [])
        var constants = 0
        for (index, buffer) in planner.buffers.enumerated() {
            let id = BufferID(index: index)
            switch buffer.home {
            case .state: continue
            case .constant, .table, .prepared:
                constants = saturatingSum(constants, buffer.byteCount)
                continue
            case .input:
                if buffer.isSmallInput {
                    constants = saturatingSum(constants, DeviceMemory.aligned(buffer.byteCount))
                    continue
                }
                touch(id, at: 0)
            case .arena: break
            }
            guard let lifetime = lifetimes[id], buffer.byteCount > 0 else { continue }
            members.append(id)
            requests.append(ArenaPlanner.Request(byteCount: buffer.byteCount, lifetime: lifetime))
        }
        let plan = ArenaPlanner(requests, alignment: DeviceMemory.alignment)
        offsets = Dictionary(uniqueKeysWithValues: zip(members, plan.offsets))
        arenaByteCount = plan.byteCount
        constantByteCount = constants
    }
}
