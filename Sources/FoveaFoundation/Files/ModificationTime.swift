/// The time at which a file was last written or touched, in nanoseconds since 1970; nil where there is none.
package func modificationTime(at path: String) -> Int? {
    guard let name = path.systemName else { return nil }
    var status = stat()
    // Safe: the name is a C string for the length of the call, and the system fills the struct.
    guard unsafe stat(name, &status) == 0 else { return nil }
    #if canImport(Darwin)
        let time = status.st_mtimespec
    #else
        let time = status.st_mtim
    #endif
    return saturatingTime(time)
}

private func saturatingTime(_ time: timespec) -> Int {
    let (nanoseconds, isTooLarge) = Int(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return isTooLarge ? (time.tv_sec < 0 ? .min : .max) : nanoseconds &+ Int(time.tv_nsec)
}

/// Gives a file the present time, as writing it does. A file that may not be touched keeps its time.
package func touchFile(_ path: String) {
    // Safe: the name is a C string for the length of the call; without times the system takes the present one.
    if let name = path.systemName { _ = unsafe utimensat(AT_FDCWD, name, nil, 0) }
}
