import FoveaData
import FoveaFoundation
import FoveaGraph

/// The whole numbers of a MATLAB file of version 5 (MAT-File Format, The MathWorks): its arrays by name.
struct MATFile {
    let arrays: [String: [Int]]

    /// The largest file that is read, and the largest array in it.
    private static let maximumByteCount = 1 << 20

    /// - Throws: ``FoveaError`` that names the file when it cannot be read, or is no such file.
    init(path: String) throws {
        let bytes = try readFile(at: path, limit: Self.maximumByteCount)
        do {
            guard bytes.count >= 128, bytes[126...127].elementsEqual("IM".utf8) else { throw Self.damage }
            var arrays: [String: [Int]] = [:]
            var rest = bytes[128...]
            while !rest.isEmpty {
                var element = try Self.element(&rest)
                var inflated: ArraySlice<UInt8> = []
                if element.type == Element.compressed {
                    inflated = try ZlibLibrary.inflated(element.content, limit: Self.maximumByteCount)[...]
                    element = try Self.element(&inflated)
                }
                guard element.type == Element.matrix else { continue }
                let (name, values) = try Self.array(element.content)
                arrays[name] = values
            }
            self.arrays = arrays
        } catch let error as FoveaError {
            throw error.located(at: .file(path))
        }
    }

    /// The array of a name.
    func array(_ name: String) throws -> [Int] {
        guard let values = arrays[name] else {
            throw FoveaError(.badData, "The file has no array \(quoted(name)).", remedy: "Download it again.")
        }
        return values
    }

    private static var damage: FoveaError {
        FoveaError(.badData, "The file is no sound MATLAB file of version 5.", remedy: "Download it again.")
    }

    private struct Element {
        static let (matrix, compressed): (UInt32, UInt32) = (14, 15)
        let type: UInt32
        let content: ArraySlice<UInt8>
    }

    /// Takes the next element with its padding.
    private static func element(_ rest: inout ArraySlice<UInt8>) throws -> Element {
        guard rest.count >= 8 else { throw damage }
        let tag = number(rest.prefix(4))
        // A small element has its size beside its type and its content in the other half of the tag.
        if tag >> 16 != 0 {
            let size = Int(tag >> 16)
            guard size <= 4 else { throw damage }
            defer { rest = rest.dropFirst(8) }
            return Element(type: UInt32(tag & 0xffff), content: rest.dropFirst(4).prefix(size))
        }
        let size = Int(number(rest.dropFirst(4).prefix(4)))
        guard size <= rest.count - 8 else { throw damage }
        // Only a compressed element is not filled up to 8 bytes.
        let padding = UInt32(tag) == Element.compressed ? 0 : (8 - size % 8) % 8
        defer { rest = rest.dropFirst(8 + size + padding) }
        return Element(type: UInt32(tag), content: rest.dropFirst(8).prefix(size))
    }

    /// Name and values of a matrix, which has its flags, its extents, its name and its numbers.
    private static func array(_ content: ArraySlice<UInt8>) throws -> (String, [Int]) {
        var rest = content
        _ = try element(&rest)
        _ = try element(&rest)
        let name = String(decoding: try element(&rest).content, as: UTF8.self)
        let numbers = try element(&rest)
        let bytes = Array(numbers.content)
        func values(of size: Int, _ value: (ArraySlice<UInt8>) -> Int?) throws -> [Int] {
            guard bytes.count % size == 0 else { throw damage }
            return try stride(from: 0, to: bytes.count, by: size).map { start in
                guard let value = value(bytes[start..<start + size]) else { throw damage }
                return value
            }
        }
        switch numbers.type {
        case 1: return (name, try values(of: 1) { Int(Int8(truncatingIfNeeded: number($0))) })
        case 2: return (name, try values(of: 1) { Int(number($0)) })
        case 3: return (name, try values(of: 2) { Int(Int16(truncatingIfNeeded: number($0))) })
        case 4: return (name, try values(of: 2) { Int(number($0)) })
        case 5: return (name, try values(of: 4) { Int(Int32(truncatingIfNeeded: number($0))) })
        case 6: return (name, try values(of: 4) { Int(number($0)) })
        case 9: return (name, try values(of: 8) { Int(exactly: Double(bitPattern: number($0))) })
        default: throw damage
        }
    }

    /// A number whose first byte is the least.
    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
