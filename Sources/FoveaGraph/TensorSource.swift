import FoveaFoundation

/// A source of a tensor's elements, in memory or in a file, from which they can be copied.
public protocol TensorSource: Sendable {
    var type: TensorType { get }

    /// Writes the elements, row by row in the machine's order, into memory of exactly the type's byte count.
    ///
    /// - Throws: ``FoveaError`` when they cannot be read; the memory's contents are then unspecified.
    func copyElements(to memory: UnsafeMutableRawBufferPointer) throws

    /// The same elements as another type, each rounded once, or as by ``TensorElement/init(converting:)``.
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
