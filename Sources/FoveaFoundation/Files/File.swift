/// An open file that closes itself; every failure names the file and the system's reason.
package struct File: ~Copyable, Sendable {
    /// The name that errors use.
    package let name: String
    private let descriptor: CInt

    /// Opens a file for reading.
    ///
    /// - Throws: ``FoveaError`` when there is no such file, or it may not be read.
    package init(reading path: String) throws {
        try self.init(path, flags: O_RDONLY) { reason in
            if reason == ENOENT || reason == ENOTDIR {
                return FoveaError(.missingInput, "There is no file \(quoted(path)).", remedy: "Check the path.")
            }
            let isDiskFailure = [EIO, EMFILE, ENFILE, ENOMEM].contains(reason)
            return systemError(isDiskFailure ? .inputOutput : .missingInput, "Cannot open \(quoted(path))", reason)
        }
    }

    /// Opens `path`; never waits for the other end of a pipe and never becomes a process's terminal.
    ///
    /// - Parameters:
    ///   - name: the file's name in errors; by default its path.
    ///   - refusal: the caller's error for a failure to open.
    package init(_ path: String, name: String? = nil, flags: CInt, refusal: (CInt) -> FoveaError) throws {
        guard let systemName = path.systemName else { throw refusal(EINVAL) }
        // Safe: the name is a C string for the length of the call.
        descriptor = try retryingInterrupted {
            unsafe open(systemName, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666)
        } orThrow: {
            refusal($0)
        }
        self.name = name ?? path
    }

    deinit { close(descriptor) }

    private func status() throws -> stat {
        var status = stat()
        // Safe: the system fills the struct passed to it.
        _ = try retryingInterrupted {
            unsafe fstat(descriptor, &status)
        } orThrow: {
            failure("read", $0)
        }
        return status
    }

    /// The size in bytes of a file that must be regular: not a folder, pipe or device.
    package func regularFileSize() throws -> Int {
        let status = try status()
        let kind = FileKind(mode: status.st_mode)
        guard kind == .regularFile else {
            throw FoveaError(
                .missingInput,
                "\(quoted(name)) is \(kind == .folder ? "a folder" : "a pipe, socket or device"), not a regular file.",
                remedy: "Name a regular file.")
        }
        return Int(status.st_size)
    }

    /// Fills `buffer` from the file's bytes at `offset` on.
    @unsafe package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        let count = unsafe try readAvailable(into: buffer, at: offset)
        guard count == buffer.count else {
            throw FoveaError(
                .inputOutput, "\(quoted(name)) ended at byte \(offset + count) while it was being read.",
                remedy: "Make sure that nothing else writes to it.")
        }
    }

    /// The bytes at `offset`: `count` of them, or fewer where the file ends.
    package func read(upTo count: Int, at offset: Int) throws -> [UInt8] {
        unsafe try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Safe: exactly the counted bytes have been written.
            initialized = unsafe try readAvailable(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
    }

    /// Fills `buffer` as far as the file reaches.
    ///
    /// - Returns: the number of bytes read.
    @unsafe private func readAvailable(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var done = 0
        while done < buffer.count {
            // Safe: the system writes at most as many bytes as the rest of the buffer has.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = try retryingInterrupted {
                unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            } orThrow: {
                failure("read", $0)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `buffer` after the bytes written so far.
    @unsafe package func write(_ buffer: UnsafeRawBufferPointer) throws {
        if let reason = unsafe writeAll(buffer, to: descriptor) { throw failure("write", reason) }
    }

    package func write(_ bytes: [UInt8]) throws {
        // Safe: the pointer lives as long as the array it is borrowed from.
        unsafe try bytes.withUnsafeBytes { unsafe try write($0) }
    }

    /// Waits until the written bytes are on the disk.
    package func synchronize() throws {
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
