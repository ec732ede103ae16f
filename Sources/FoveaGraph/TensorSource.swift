import FoveaFoundation

/// Where a tensor's elements come from, in memory or in a file, and can be copied from to where they are needed.
public protocol TensorSource: Sendable {
    var type: TensorType { get }

    /// Writes the elements, row by row in the machine's order, into memory of exactly the type's byte count.
    ///
    /// - Throws: ``FoveaError`` when they cannot be read; what the memory then holds is not said.
    func copyElements(to memory: UnsafeMutableRawBufferPointer) throws

    /// The same elements as another type, each rounded once, or as ``TensorElement/init(converting:)`` says.
    ///
    /// - Throws: ``FoveaError`` when they are not read as numbers.
    func converted(to dataType: DataType) throws -> Self
}

extension Tensor: TensorSource {
    public func copyElements(to memory: UnsafeMutableRawBufferPointer) {
        // Safe: the memory has as many bytes as the elements.
        unsafe withBytes { unsafe memory.copyMemory(from: $0) }
    }

    /// - Throws: ``FoveaError`` when the elements cannot be read, or there is not enough memory.
    public init(copying source: some TensorSource) throws {
        if let tensor = source as? Tensor {
            self = tensor
        } else {
            try AvailableMemory.require(source.type.byteCount, for: "a tensor of type \(source.type)")
            // Safe: the buffer has exactly the type's byte count, and the source writes it all or throws.
            unsafe try self.init(source.type) { unsafe try source.copyElements(to: $0) }
        }
    }
}
