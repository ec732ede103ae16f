import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// A state in memory that programs read and write where it lies, row by row.
@safe final class StateMemory: DeviceBuffer, @unchecked Sendable {
    // Unchecked: like every buffer, used on its device's compute thread only, or by another for which that waits.
    let type: TensorType
    let start: UnsafeMutableRawPointer
    /// The memory that it is a part of.
    private let memory: AlignedMemory
    /// The number of times that the elements have been replaced: preparations from them are valid for one version.
    private(set) var version = 0
    /// Whether a program updates it, so that preparations from it are not valid for long.
    private(set) var isUpdatedByProgram = false

    private init(_ type: TensorType, in memory: AlignedMemory, at offset: Int) {
        self.type = type
        self.memory = memory
        unsafe start = memory.start + offset
    }

    /// Allocates states in one block: many small allocations would take longer to make, and to reach.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    static func allocate(_ types: [TensorType]) throws -> [StateMemory] {
        var (offsets, end): ([Int], Int) = ([], 0)
        for type in types {
            offsets.append(end)
            end = saturatingSum(end, saturatingSum(type.byteCount, AlignedMemory.alignment - 1))
            end -= end % AlignedMemory.alignment
        }
        let purpose = types.count == 1 ? "a state of type \(types[0])" : "\(types.count) states"
        let memory = try AlignedMemory(byteCount: end, for: purpose)
        return zip(types, offsets).map { StateMemory($0, in: memory, at: $1) }
    }

    /// A placeholder for a state in a plan that is never run: it has no memory.
    static func planned(_ type: TensorType) throws -> StateMemory {
        StateMemory(type, in: try AlignedMemory(byteCount: 0, for: "no state"), at: 0)
    }

    func read() -> Tensor {
        unsafe Tensor(type) { buffer in
            // Safe: both have exactly the type's byte count.
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: start, count: type.byteCount))
        }
    }

    var isFinite: Bool {
        // Safe: the memory has exactly the type's byte count.
        unsafe type.dataType.isFinite(UnsafeRawBufferPointer(start: start, count: type.byteCount))
    }

    /// Makes all elements zero, in pages of its own: those that were never written are all the same page.
    func clear() {
        noteUpdate()
        // Safe: the memory has exactly the type's byte count.
        unsafe memset(start, 0, type.byteCount)
    }

    /// Records that a program will update it.
    func noteUpdatingProgram() { isUpdatedByProgram = true }

    /// Records that a program has written new elements.
    func noteUpdate() { version &+= 1 }

    func write(_ source: some TensorSource) throws {
        precondition(source.type == type, "a state keeps its type")
        // Before the copy: a failure may leave some of the new elements.
        noteUpdate()
        // Safe: the memory has exactly the type's byte count.
        unsafe try source.copyElements(to: UnsafeMutableRawBufferPointer(start: start, count: type.byteCount))
    }
}
