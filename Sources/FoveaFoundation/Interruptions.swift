/// The number of times that the system has stopped a thread of this process to run something else.
package enum Interruptions {
    /// The number since the process began; 0 where the system does not report it.
    package static var count: Int {
        var usage = rusage()
        // Safe: the system fills the structure passed to it.
        return unsafe getrusage(process, &usage) == 0 ? usage.ru_nivcsw : 0
    }

    #if canImport(Glibc)
        private static let process = Int32(RUSAGE_SELF.rawValue)
    #else
        private static let process = RUSAGE_SELF
    #endif
}
