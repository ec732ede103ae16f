import FoveaGraph
import FoveaRuntime
import OrderedCollections

extension KernelChoice {
    /// The kernel's name alone where nothing was measured.
    var json: JSONValue {
        guard !times.isEmpty else { return .string(kernel) }
        var fields: [(String, JSONValue)] = [("kernel", .string(kernel))]
        if let threads { fields.append(("threads", .integer(threads))) }
        fields += [("looks", .integer(looks)), ("disturbed", .boolean(isDisturbed))]
        fields.append(("times", .array(times.map(\.json))))
        if !timesInProgram.isEmpty { fields.append(("in_program", .array(timesInProgram.map(\.json)))) }
        return JSONValue(fields: fields)
    }

    /// Nil for a value that is not a choice.
    init?(json: JSONValue) {
        switch json {
        case .string(let kernel): self.init(kernel: kernel)
        case .object(let fields):
            guard case .string(let kernel)? = fields["kernel"], case .boolean(let isDisturbed)? = fields["disturbed"],
                case .integer(let looks)? = fields["looks"], looks > 0, case .array(let listed)? = fields["times"]
            else { return nil }
            let times = listed.compactMap(KernelTime.init(json:))
            guard times.count == listed.count else { return nil }
            var timesInProgram: [KernelTime] = []
            if let json = fields["in_program"] {
                guard case .array(let listed) = json else { return nil }
                timesInProgram = listed.compactMap(KernelTime.init(json:))
                guard timesInProgram.count == listed.count else { return nil }
            }
            let threads = fields["threads"].map(Self.threads)
            if case .some(nil) = threads { return nil }
            self.init(
                kernel: kernel, threads: threads ?? nil, times: times, timesInProgram: timesInProgram,
                isDisturbed: isDisturbed, looks: looks)
        default: return nil
        }
    }

    /// Nil for a value that is not a number of threads.
    fileprivate static func threads(_ json: JSONValue) -> Int? {
        if case .integer(let count) = json, count > 0 { count } else { nil }
    }
}

extension KernelTime {
    fileprivate var json: JSONValue {
        [
            "kernel": .string(candidate.name), "threads": .integer(candidate.threads),
            "ms": JSONValue(Float(best * 1e3)), "spread": JSONValue(Float(spread)),
        ]
    }

    /// Nil for a value that is not a time.
    fileprivate init?(json: JSONValue) {
        guard case .object(let fields) = json, case .string(let name)? = fields["kernel"],
            let threads = fields["threads"].flatMap(KernelChoice.threads),
            let milliseconds = fields["ms"].flatMap(Self.number), let spread = fields["spread"].flatMap(Self.number)
        else { return nil }
        self.init(KernelCandidate(name, threads: threads), best: milliseconds / 1e3, spread: spread)
    }

    /// Nil for a value that is not a number of at least 0.
    private static func number(_ json: JSONValue) -> Double? {
        let number: Double? =
            switch json {
            case .integer(let integer): Double(integer)
            case .number(let number): number
            default: nil
            }
        return number.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}
