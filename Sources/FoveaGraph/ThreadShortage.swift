package import FoveaFoundation

extension ThreadSupply {
    /// - Throws: ``FoveaError`` when the system does not permit the process `count` more threads.
    package static func require(_ count: Int, for purpose: String) throws {
        guard let shortage = shortage(of: count) else { return }
        // Safe: the system returns a zero-terminated string for every number.
        let reason = unsafe String(cString: strerror(shortage.reason))
        throw FoveaError(
            .unavailable,
            "Not enough threads: \(purpose) takes \(count) more, and the system gives \(shortage.given) (\(reason)).",
            remedy: "Raise the limits on processes and memory (`ulimit -u`, `ulimit -v`, a container's), or end other "
                + "programs.")
    }
}
