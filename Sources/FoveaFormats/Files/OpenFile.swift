import FoveaFoundation
import FoveaGraph

/// An open file that closes itself; every failure names the file and the system's reason.
struct OpenFile: ~Copyable {
    /// The name that errors use.
    let name: String
    private let descriptor: CInt

    /// Opens `path`; never waits for the other end of a pipe and never becomes a process's terminal.
    ///
    /// - Parameters:
    ///   - name: what errors call the file; its path where none is given.
    ///   - refusal: what a failure to open means to the caller.
    init(_ path: String, name: String? = nil, flags: CInt, refusal: (CInt) -> FoveaError) throws {
        // A C string ends at its first zero byte: without this check, another file would be opened.
        guard !path.isEmpty, !path.utf8.contains(0) else { throw refusal(EINVAL) }
        // Safe: the path is a zero-terminated string for the length of the call.
        let descriptor = try retryingInterrupted {
            unsafe open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666)
        } orThrow: {
            refusal($0)
        }
        self.name = name ?? path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func status() throws -> stat {
        var status = stat()
        // Safe: the system fills the struct that it is handed.
        _ = try retryingInterrupted {
            unsafe fstat(descriptor, &status)
        } orThrow: {
            failure("read", $0)
        }
        return status
    }

    /// The size in bytes of a file that must be a regular one: no folder, pipe or device.
    func regularFileSize() throws -> Int {
        let status = try status()
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe, socket or device"
            throw FoveaError(.missingInput, "\(quoted(name)) is \(kind), not a file.", remedy: "Name a regular file.")
        }
        return Int(status.st_size)
    }

    /// Fills `buffer` from the file's bytes at `offset` on.
    @unsafe func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < buffer.count {
            // Safe: the system writes at most as many bytes as the rest of the buffer has.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = try retryingInterrupted {
                unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            } orThrow: {
                failure("read", $0)
            }
            guard count > 0 else {
                throw FoveaError(
                    .badData, "\(quoted(name)) ended at byte \(offset + done) while it was being read.",
                    remedy: "Make sure that nothing else writes to it.")
            }
            done += count
        }
    }

    /// Writes all of `buffer` at the end of what has been written.
    @unsafe func write(_ buffer: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            // Safe: the system reads at most as many bytes as the rest of the buffer has.
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
            done += try retryingInterrupted {
                unsafe FoveaFoundation.write(descriptor, rest.baseAddress, rest.count)
            } orThrow: {
                failure("write", $0)
            }
        }
    }

    func write(_ bytes: [UInt8]) throws {
        // Safe: the pointer lives as long as the array it is borrowed from.
        unsafe try bytes.withUnsafeBytes { unsafe try write($0) }
    }

    /// Waits until what was written is on the disk.
    func synchronize() throws {
        _ = try retryingInterrupted {
            fsync(descriptor)
        } orThrow: {
            failure("write", $0)
        }
    }

    func setPermissions(_ mode: mode_t) throws {
        _ = try retryingInterrupted {
            fchmod(descriptor, mode)
        } orThrow: {
            failure("write", $0)
        }
    }

    func truncate(to size: Int) throws {
        _ = try retryingInterrupted {
            ftruncate(descriptor, off_t(size))
        } orThrow: {
            failure("write", $0)
        }
    }

    private func failure(_ action: String, _ reason: CInt) -> FoveaError {
        systemError(.inputOutput, "Cannot \(action) \(quoted(name))", reason)
    }
}

/// The result of a system call that answers -1 on failure, called again while a signal interrupts it.
func retryingInterrupted<Result: SignedInteger>(
    _ call: () -> Result, orThrow failure: (CInt) -> FoveaError
) throws -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let reason = errno
        guard reason == EINTR else { throw failure(reason) }
    }
}

/// `problem`, the system's words for `reason`, and how to mend it where that is known.
func systemError(_ code: FoveaError.Code, _ problem: String, _ reason: CInt) -> FoveaError {
    let remedy =
        switch reason {
        case ENOSPC, EDQUOT: "Free some space, or choose another disk."
        case EACCES, EPERM, EROFS: "Check the permissions of the file and its folder."
        case ENOENT, ENOTDIR: "Check the path."
        case ENAMETOOLONG: "Choose a shorter name."
        default: ""
        }
    // Safe: the system answers a zero-terminated string for every number.
    return FoveaError(code, "\(problem): \(unsafe String(cString: strerror(reason))).", remedy: remedy)
}
