/// What a user, a file or a request got wrong: what happened and where, what was expected, and how to mend it.
///
/// The command line maps ``Code/exitStatus`` to its exit code; a library user switches over ``code``.
public struct FoveaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, with the exit status of BSD's `sysexits.h`. Extensible: new codes may be added.
    public struct Code: Hashable, Sendable {
        /// The process exit status that stands for this kind of failure.
        public let exitStatus: Int32

        /// An argument, a setting or a network that does not make sense (64).
        public static let usage = Code(exitStatus: 64)
        /// A file or value whose content is wrong (65).
        public static let badData = Code(exitStatus: 65)
        /// A file or folder that does not exist (66).
        public static let missingInput = Code(exitStatus: 66)
        /// A device or library that is not there (69).
        public static let unavailable = Code(exitStatus: 69)
        /// A defect of Fovea itself (70).
        public static let internalDefect = Code(exitStatus: 70)
        /// An output that cannot be created (73).
        public static let cannotCreate = Code(exitStatus: 73)
        /// Reading or writing failed (74).
        public static let inputOutput = Code(exitStatus: 74)
    }

    public let code: Code
    /// One sentence: what is wrong, and where.
    public let problem: String
    /// One sentence: how to mend it. Empty when there is nothing to add.
    public let remedy: String

    public init(_ code: Code, _ problem: String, remedy: String = "") {
        self.code = code
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String {
        remedy.isEmpty ? problem : "\(problem) \(remedy)"
    }

    /// The same error with the place where it happened put in front: "`fc1` expects 400 inputs", "`conv2`: The window …".
    package func located(at place: String) -> FoveaError {
        if place.isEmpty { return self }
        let separator = problem.first?.isLowercase == true ? "" : ":"
        return FoveaError(code, "`\(place)`\(separator) \(problem)", remedy: remedy)
    }
}
