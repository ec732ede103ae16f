import Dispatch
import FoveaFoundation
import Synchronization

/// Takes SIGINT and SIGTERM as a request to stop after the current step; a second signal ends the process at once.
///
/// A process makes one: Dispatch installs its handler of a signal once, and the second would ignore it.
final class Interruption {
    /// The work stopped because of a signal.
    struct Stop: Error, CustomStringConvertible {
        let signal: Int32
        let description: String
    }

    private final class Flag: Sendable {
        let signal = Atomic<Int32>(0)
    }

    private let flag = Flag()
    private let sources: [any DispatchSourceSignal]

    init() {
        let flag = flag
        sources = [SIGINT, SIGTERM].map { number in
            // The default action would end the process before the source sees the signal.
            _ = FoveaFoundation.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                let isFirst = flag.signal.compareExchange(
                    expected: 0, desired: number, ordering: .sequentiallyConsistent
                ).exchanged
                if !isFirst { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { _ = FoveaFoundation.signal(number, SIG_DFL) }
    }

    /// The signal that requested the stop, if any.
    var signal: Int32? {
        let signal = flag.signal.load(ordering: .sequentiallyConsistent)
        return signal == 0 ? nil : signal
    }
}
