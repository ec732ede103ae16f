import FoveaFoundation

/// The time for which compute threads spin while they wait for each other, before they sleep.
///
/// OpenMP's runtime (libgomp) spins for about a millisecond, which makes two programs on the same cores tens of times
/// slower than one. A thirtieth of that loses nothing when the cores are free. The runtime reads the number from the
/// environment when it is loaded, before `main`; so the command sets it and restarts itself. For commands that finish
/// in a moment the restart does not pay.
enum ThreadWaiting {
    private static let spinCount = "10000"
    private static let variable = "GOMP_SPINCOUNT"

    /// Restarts the process with the setting, unless the user has set one. Returns where that is not possible; the
    /// command then only shares its cores less well.
    static func limitSpinning() {
        let environment = ProcessInfo.processInfo.environment
        guard environment[variable] == nil, environment["OMP_WAIT_POLICY"] == nil else { return }
        // Safe: nothing else runs yet, and the arguments are those that this process was started with.
        unsafe setenv(variable, spinCount, 1)
        unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}
