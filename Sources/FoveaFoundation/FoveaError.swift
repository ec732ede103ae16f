/// An error of a user, a file or a request: the problem and its place, the expectation, and the remedy.
///
/// The command line maps ``Code/exitStatus`` to its exit code; a library user switches over ``code``.
public struct FoveaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, with the exit status of BSD's `sysexits.h`. Extensible: new codes may be added.
    public struct Code: Hashable, Sendable {
        /// The process exit status that stands for this kind of failure.
        public let exitStatus: Int32

        /// An invalid argument, setting or network (64).
        public static let usage = Code(exitStatus: 64)
        /// A file or value with wrong content (65).
        public static let badData = Code(exitStatus: 65)
        /// A file or folder that does not exist or cannot be opened (66).
        public static let missingInput = Code(exitStatus: 66)
        /// A device or library that is not available (69).
        public static let unavailable = Code(exitStatus: 69)
        /// A defect of Fovea itself (70).
        public static let internalDefect = Code(exitStatus: 70)
        /// An output that cannot be created (73).
        public static let cannotCreate = Code(exitStatus: 73)
        /// Reading or writing failed (74).
        public static let inputOutput = Code(exitStatus: 74)
    }

    /// The place of an error.
    public enum Place: Hashable, Sendable {
        /// A layer or parameter, by its path in the network: `layer1.0.conv1`.
        case layer(String)
        /// A file, by its path.
        case file(String)
        /// A named part of a file: a tensor.
        case entry(String)
        /// A line of a text file, counted from 1.
        case line(Int)
        /// A byte of a file or text, counted from 0.
        case byte(Int)
        /// An example of a source of data, by its index from 0 and the source's name.
        case example(Int, of: String)
    }

    public let code: Code
    /// The places, from the outermost to the innermost: a file, then a tensor in it. Empty where ``fault`` says
    /// everything.
    public private(set) var place: [Place]
    /// The fault, without the place.
    public let fault: String
    /// One sentence: how to fix it. Empty when there is nothing to add.
    public let remedy: String
    /// Whether the fault is a predicate of the innermost place: "expects 400 inputs".
    private let isPredicate: Bool

    /// - Parameters:
    ///   - fault: the fault in one sentence.
    ///   - place: the places known here; see ``located(at:)``.
    public init(_ code: Code, _ fault: String, at place: Place..., remedy: String = "") {
        self.init(code, fault, isPredicate: false, place: place, remedy: remedy)
    }

    /// - Parameter predicate: the rest of a sentence that begins with the layer's path: "expects 400 inputs".
    public init(_ code: Code, layer predicate: String, remedy: String = "") {
        self.init(code, predicate, isPredicate: true, place: [], remedy: remedy)
    }

    private init(_ code: Code, _ fault: String, isPredicate: Bool, place: [Place], remedy: String) {
        (self.code, self.fault, self.isPredicate, self.place, self.remedy) = (code, fault, isPredicate, place, remedy)
    }

    /// One sentence with place and fault: "`fc1` expects 400 inputs", "`conv2`: The window …".
    public var problem: String {
        let places = place.map(\.description).joined(separator: ": ")
        // Names of files and classes may hold anything; an error is one line.
        let fault = fault.onOneLine
        if isPredicate { return "\(place.isEmpty ? "The layer" : places) \(fault)" }
        return place.isEmpty ? fault : "\(places): \(fault)"
    }

    public var description: String {
        remedy.isEmpty ? problem : "\(problem) \(remedy.onOneLine)"
    }

    /// The same error with this place around its own.
    ///
    /// A layer's path names all layers around it, so that only the innermost is kept; an empty path adds nothing.
    public func located(at outer: Place) -> FoveaError {
        if case .layer(let path) = outer, path.isEmpty || isInLayer { return self }
        var error = self
        error.place.insert(outer, at: 0)
        return error
    }

    /// The same error in a text that starts at this byte of the surrounding place.
    package func counted(fromByte start: Int) -> FoveaError {
        var error = self
        error.place = place.map { if case .byte(let byte) = $0 { .byte(start + byte) } else { $0 } }
        return error
    }

    private var isInLayer: Bool { place.contains { if case .layer = $0 { true } else { false } } }
}

extension FoveaError.Place: CustomStringConvertible {
    public var description: String {
        switch self {
        case .layer(let name), .file(let name), .entry(let name): quoted(name)
        case .line(let number): "line \(number)"
        case .byte(let number): "byte \(number)"
        case .example(let index, let source): "example \(index) of \(quoted(source))"
        }
    }
}
