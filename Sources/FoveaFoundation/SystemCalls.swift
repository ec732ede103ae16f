/// The result of a system call that returns -1 on failure, repeated while a signal interrupts it.
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

/// An error of `problem`, the system's text for `reason`, and a remedy where one is known.
package func systemError(_ code: FoveaError.Code, _ problem: String, _ reason: CInt, remedy: String? = nil)
    -> FoveaError
{
    let known =
        switch reason {
        case ENOSPC, EDQUOT: "Free some space, or choose another disk."
        case EACCES, EPERM, EROFS: "Check the permissions of the file and its folder."
        case ENOENT, ENOTDIR: "Check the path."
        case ENAMETOOLONG: "Choose a shorter name."
        default: ""
        }
    // Safe: the system returns a zero-terminated string for every number, which is copied at once.
    return FoveaError(code, "\(problem): \(unsafe String(cString: strerror(reason))).", remedy: remedy ?? known)
}

/// Writes all bytes to an open file, even if it is non-blocking.
///
/// - Returns: nil, or the system's reason for not writing all of it.
package func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> CInt? {
    // Safe: the pointer lives as long as the array it is borrowed from.
    unsafe bytes.withUnsafeBytes { unsafe writeAll($0, to: descriptor) }
}

@unsafe func writeAll(_ buffer: UnsafeRawBufferPointer, to descriptor: CInt) -> CInt? {
    var done = 0
    while done < buffer.count {
        // Safe: the system reads at most as many bytes as the rest of the buffer has.
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        let count = unsafe write(descriptor, rest.baseAddress, rest.count)
        if count >= 0 {
            done += count
        } else if errno == EAGAIN {
            // Waits until the terminal or the pipe accepts more.
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&waiting, 1, -1)
        } else if errno != EINTR {
            return errno
        }
    }
    return nil
}
