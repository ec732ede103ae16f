// To the system, the name of a file, an argument and an environment variable are bytes, which need not be UTF-8. In
// Fovea they travel as `String` and become the same bytes again wherever the system is called:
//
// - A byte that is not part of valid UTF-8, 0x80 to 0xFF, becomes the code point U+EF00 + byte: U+EF80 to U+EFFF, which
//   are for private use (MirBSD's OPTU-8 uses the same).
// - The three bytes that UTF-8 has for one of these code points become three such code points.
// - Everything else is itself.
//
// So two names differ where their bytes do. Messages and tables show these code points as \xNN, JSON has them as they are.

/// The code points that stand for bytes from 0x80 on.
private let rawBytes: ClosedRange<UInt32> = 0xEF80...0xEFFF

extension Unicode.Scalar {
    /// The byte that the code point stands for in a name of the system; nil for ordinary characters.
    var rawByte: UInt8? { rawBytes.contains(value) ? UInt8(truncatingIfNeeded: value) : nil }

    /// The code point that stands for a byte from 0x80 on.
    fileprivate init(rawByte: UInt8) {
        // Below 0x80 a byte stands for itself; the decoder never rejects such a byte.
        self = Unicode.Scalar(0xEF00 | UInt16(rawByte)) ?? Unicode.Scalar(rawByte)
    }
}

extension String {
    /// A name of the system, of which `systemBytes` are these bytes.
    package init(systemBytes bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        self.init()
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if scalar.rawByte == nil {
                    unicodeScalars.append(scalar)
                } else {
                    unicodeScalars.append(contentsOf: encoded.map { Unicode.Scalar(rawByte: $0) })
                }
                position += encoded.count
            case .error(let length):
                unicodeScalars.append(
                    contentsOf: bytes[position..<position + length].map { Unicode.Scalar(rawByte: $0) })
                position += length
            }
        }
    }

    /// A name that the system passed as a C string.
    @unsafe package init(systemName name: UnsafePointer<CChar>) {
        // Safe: a C string has this many bytes, which are copied at once.
        unsafe self.init(systemBytes: UnsafeRawBufferPointer(start: name, count: strlen(name)))
    }

    /// The bytes of a name of the system.
    package var systemBytes: [UInt8] {
        unicodeScalars.flatMap { scalar in scalar.rawByte.map { [$0] } ?? Array(UTF8.encode(scalar) ?? .init()) }
    }

    /// The name as a C string for a system call; nil for text that cannot name a file: nothing, and a name with a zero
    /// byte, which would end the C string, so that another file would be meant.
    package var systemName: [CChar]? {
        let bytes = systemBytes
        guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
        return bytes.map { CChar(bitPattern: $0) } + [0]
    }
}

/// The arguments of the process, its own name first.
package let processArguments: [String] = (0..<Int(CommandLine.argc)).compactMap { position in
    // Safe: the runtime keeps this many C strings until the process ends.
    unsafe CommandLine.unsafeArgv[position].map { unsafe String(systemName: $0) }
}

/// A variable of the environment; nil where it is not set.
package func environmentVariable(_ name: String) -> String? {
    // Safe: the value is copied at once, and nothing changes the environment while commands run.
    unsafe getenv(name).map { unsafe String(systemName: $0) }
}
