public import FoveaGraph

/// The treatment of image files that cannot be read.
public enum BadFiles: String, CaseIterable, Hashable, Sendable {
    /// Any is an error.
    case error
    /// They are left out and counted: at most 1 % of all files, or ten where that is more.
    case skip
    /// They are left out, any number, and listed.
    case quarantine

    /// The largest number that is left out of so many files.
    public func limit(of count: Int) -> Int {
        switch self {
        case .error: 0
        case .skip: max(10, count / 100)
        case .quarantine: count
        }
    }
}

/// An image file that cannot be read, and why.
public struct RefusedFile: Hashable, Sendable {
    public let path: String
    public let error: FoveaError

    public init(path: String, error: FoveaError) { (self.path, self.error) = (path, error) }
}

extension [RefusedFile] {
    /// The error for files that cannot be read, more than a rule leaves out.
    ///
    /// - Parameter count: the number of all files.
    func error(under rule: BadFiles, among count: Int) -> FoveaError {
        let shown = prefix(10).map(\.error.problem).joined(separator: " ")
        let rest = self.count > 10 ? " And \(self.count - 10) more." : ""
        let remedy =
            switch rule {
            case .error:
                "Replace or remove them. `fovea data inspect` lists all; --bad-files skip or quarantine trains without them."
            case .skip, .quarantine:
                "--bad-files skip leaves out at most \(rule.limit(of: count)) of them, --bad-files quarantine any number. "
                    + "`fovea data inspect` lists all."
            }
        return FoveaError(
            allSatisfy { $0.error.code == .missingInput } ? .missingInput : .badData,
            "\(self.count) of \(count) image files cannot be read: \(shown)\(rest)", remedy: remedy)
    }
}
