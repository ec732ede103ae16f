import FoveaFoundation
import FoveaGraph

/// An array of NumPy, as a member of an `.npz` file holds it: numbers or texts.
struct NPYArray {
    let shape: [Int]
    private let elements: ArraySlice<UInt8>
    private let type: ElementType

    /// The element types that are read, little-endian or of one byte.
    private enum ElementType {
        case float(bytes: Int)
        case signed(bytes: Int)
        case unsigned(bytes: Int)
        /// Unicode code points of 4 bytes.
        case text(length: Int)

        init?(_ text: String) {
            let letters = Array(text)
            guard letters.count >= 3, letters[0] == "<" || letters[0] == "|", let size = Int(String(letters[2...])),
                size >= 1, size <= 1 << 20
            else { return nil }
            switch (letters[1], size) {
            case ("f", 4), ("f", 8): self = .float(bytes: size)
            case ("i", 1), ("i", 2), ("i", 4), ("i", 8): self = .signed(bytes: size)
            case ("u", 1), ("u", 2), ("u", 4), ("b", 1): self = .unsigned(bytes: size)
            case ("U", _): self = .text(length: size)
            default: return nil
            }
        }

        var byteCount: Int {
            switch self {
            case .float(let bytes), .signed(let bytes), .unsigned(let bytes): bytes
            case .text(let length): 4 * length
            }
        }
    }

    /// - Throws: ``FoveaError`` when the bytes are no such array, or another number than its shape takes.
    init(_ bytes: [UInt8]) throws {
        let (header, start) = try NPYHeader.read(from: bytes, fileSize: bytes.count)
        guard let type = ElementType(header.elementType) else {
            throw FoveaError(
                .badData, "Its elements are \(quoted(header.elementType)), neither numbers nor texts.",
                remedy: "Convert them: array.astype(\"<f4\"); labels may be integers or texts.")
        }
        guard !header.isColumnMajor || header.shape.count < 2 else {
            throw FoveaError(
                .badData, "Its elements lie column by column.", remedy: "Use numpy.ascontiguousarray before saving.")
        }
        (self.type, shape) = (type, header.shape)
        elements = bytes[start...]
        let expected = header.shape.reduce(type.byteCount, saturatingProduct)
        guard elements.count == expected else {
            throw FoveaError(
                .badData, "It has \(elements.count) bytes of elements; its shape \(header.shape) takes \(expected).",
                remedy: "Write the file again with numpy.savez.")
        }
    }

    /// The number of its elements.
    var count: Int { shape.reduce(1, saturatingProduct) }

    /// The number at a position; nil where elements are texts.
    func number(at index: Int) -> Double? {
        let (start, size) = (elements.startIndex + index * type.byteCount, type.byteCount)
        let bits = (0..<min(size, 8)).reduce(UInt64(0)) { $0 | UInt64(elements[start + $1]) << UInt64(8 * $1) }
        switch type {
        case .float(4): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .float: return Double(bitPattern: bits)
        case .signed:
            let shift = UInt64(64 - 8 * size)
            return Double(Int64(bitPattern: bits << shift) >> Int64(shift))
        case .unsigned: return Double(bits)
        case .text: return nil
        }
    }

    /// The name of the class at a position: a text, or a number in its shortest form.
    func className(at index: Int) -> String? {
        guard case .text(let length) = type else {
            return number(at: index).flatMap { $0.isFinite ? $0.className : nil }
        }
        let start = elements.startIndex + index * type.byteCount
        var text = String.UnicodeScalarView()
        for position in 0..<length {
            let value = (0..<4).reduce(UInt32(0)) {
                $0 | UInt32(elements[start + 4 * position + $1]) << UInt32(8 * $1)
            }
            guard value != 0, let scalar = Unicode.Scalar(value) else { break }
            text.append(scalar)
        }
        let name = String(text).trimmed
        return name.isEmpty ? nil : name
    }
}
