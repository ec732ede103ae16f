import CFoveaCPU
import FoveaFoundation
import FoveaRuntime

/// Times kernels on operands of the right sizes.
///
/// In a program a kernel finds the images warm, which the previous step has just written, and the filters cold. So the
/// caches are emptied and the first operand is read before a kernel is timed, unless all its memory is small: then the
/// program is small as well, and stays in the caches from run to run.
struct KernelTimer {
    /// A kernel to be measured. Safe: the timer gives it memory of its layouts.
    @safe struct Candidate {
        /// The layouts of its operands; the one that has just been written comes first.
        let layouts: [Layout]
        let threads: Int
        /// Returns the function that runs it once, in such memory.
        let bind: (_ memory: [UnsafeMutableRawPointer]) throws -> () throws -> Void
    }

    let engine: Engine
    let purpose: String

    /// A turn lasts about this long, in seconds: short kernels run several times in it.
    private static let turn = 0.002
    /// The number of bytes that stay in a core's own cache next to everything else.
    private static let small = 1 << 20
    /// The number of bytes whose reading leaves nothing else in the caches.
    private static let flood = 64 << 20

    /// Times candidates until their contest is decided.
    func time(_ candidates: [Candidate], in contest: inout KernelContest) throws {
        // All candidates work in the same memory: their results do not matter.
        let size = candidates.map { candidate in
            candidate.layouts.reduce(0) { $0 + Self.rounded($1.byteCount) }
        }.max()
        let memory = try AlignedMemory(byteCount: size ?? 0, for: "timing kernels for \(purpose)")
        let flood =
            memory.byteCount > Self.small ? try AlignedMemory(byteCount: Self.flood, for: "timing kernels") : nil
        memory.makeResident()
        flood?.makeResident()
        let bound = try candidates.map { try bind($0, in: memory) }
        // The shortest time of each so far; nil before its first turn.
        var best = [Double?](repeating: nil, count: candidates.count)
        while let index = contest.next {
            fovea_set_thread_count(Int32(candidates[index].threads))
            if best[index] == nil || flood == nil { try bound[index]() }
            var count = 1
            if let flood {
                let first = candidates[index].layouts.first?.byteCount ?? 0
                // Safe: both regions lie within their memory.
                unsafe fovea_read(flood.start, flood.byteCount)
                unsafe fovea_read(memory.start, first)
            } else if let best = best[index] {
                count = Int(min(1000, max(1, Self.turn / max(best, 1e-6))))
            }
            let interruptions = Interruptions.count
            let seconds = try self.seconds(of: bound[index], count: count)
            contest.record(seconds: seconds, isInterrupted: Interruptions.count != interruptions)
            best[index] = min(seconds, best[index] ?? seconds)
        }
    }

    private func seconds(of kernel: () throws -> Void, count: Int) throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<count { try kernel() }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return (Double(seconds) + Double(attoseconds) * 1e-18) / Double(count)
    }

    private func bind(_ candidate: Candidate, in memory: AlignedMemory) throws -> () throws -> Void {
        var offset = 0
        // Safe: the memory is as large as all operands of the largest candidate.
        let places = unsafe candidate.layouts.map { layout in
            defer { offset += Self.rounded(layout.byteCount) }
            return unsafe memory.start + offset
        }
        return try unsafe candidate.bind(places)
    }

    private static func rounded(_ size: Int) -> Int {
        (size + AlignedMemory.alignment - 1) / AlignedMemory.alignment * AlignedMemory.alignment
    }
}

extension PrimitiveDescriptor {
    /// The kernel as a candidate for timing.
    ///
    /// - Parameter arguments: its possible arguments; the operand that has just been written comes first.
    func timed(
        _ arguments: [Argument], threads: Int, on engine: Engine, for purpose: String
    ) throws -> KernelTimer.Candidate {
        let kernel = try primitive(for: purpose)
        let arguments = arguments.map { (argument: $0, layout: layout(of: $0)) }.filter { $0.layout.byteCount > 0 }
        return unsafe KernelTimer.Candidate(layouts: arguments.map(\.layout), threads: threads) { memory in
            let placed = unsafe zip(arguments, memory).map {
                unsafe (argument: $0.argument, layout: $0.layout, memory: $1)
            }
            return unsafe try BoundPrimitive(kernel, placed, on: engine, for: purpose).run
        }
    }
}
