import FoveaFoundation
import FoveaGraph

/// Bytes that are read from the front to the end.
protocol ByteSource: ~Copyable {
    /// The next bytes: `count` of them, or fewer at the end.
    ///
    /// - Throws: ``FoveaError`` that does not name the file; whoever opened it does.
    mutating func read(upTo count: Int) throws -> [UInt8]
}

/// A file that is open for reading: a regular one, never a pipe or a device that could keep us waiting.
struct RegularFile: ~Copyable, ByteSource {
    /// The file's size in bytes when it was opened.
    let size: Int
    private let descriptor: Int32

    /// - Throws: ``FoveaError`` when there is no such file, when it is not a regular file, or when it cannot be opened.
    init(path: String) throws {
        // Without waiting: opening a named pipe would otherwise wait for a writer. Safe: the path is a C string for the
        // length of the call.
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw Self.openingFailed(errno, path) }
        var status = stat()
        // Safe: `status` outlives the call, and fstat keeps no pointer.
        guard unsafe fstat(opened, &status) == 0 else {
            let cause = errno
            close(opened)
            throw Self.openingFailed(cause, path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw FoveaError(
                .badData, "`\(path)` is \(status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file").",
                remedy: "Give the path of a file.")
        }
        size = Int(status.st_size)
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Starts again at the first byte.
    mutating func rewind() throws {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw Self.readingFailed(errno) }
    }

    mutating func read(upTo count: Int) throws -> [UInt8] {
        // What the file cannot hold is not allocated.
        let capacity = min(count, size + 1)
        return unsafe try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            initialized = 0
            while initialized < capacity {
                // Safe: the target is the part of the buffer that is still free, capacity − initialized bytes.
                let received = unsafe FoveaFoundation.read(
                    descriptor, buffer.baseAddress?.advanced(by: initialized), capacity - initialized)
                if received == 0 { return }
                if received < 0 {
                    if errno == EINTR { continue }
                    throw Self.readingFailed(errno)
                }
                initialized += received
            }
        }
    }

    private static func openingFailed(_ cause: Int32, _ path: String) -> FoveaError {
        if cause == ENOENT || cause == ENOTDIR {
            return FoveaError(.missingInput, "There is no file `\(path)`.", remedy: "Check the path.")
        }
        return FoveaError(
            .inputOutput, "`\(path)` cannot be opened: \(reason(cause)).", remedy: "Check the file and its permissions."
        )
    }

    private static func readingFailed(_ cause: Int32) -> FoveaError {
        FoveaError(.inputOutput, "The file cannot be read: \(reason(cause)).", remedy: "Check the disk.")
    }

    private static func reason(_ cause: Int32) -> String {
        // Safe: strerror returns a C string that is copied at once.
        unsafe String(cString: strerror(cause))
    }
}
