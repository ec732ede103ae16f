import FoveaGraph

/// Options for compiling graphs.
public struct CompileOptions: Hashable, Sendable {
    /// The names of passes to leave out, such as `fuse-convolution-epilogue`.
    public var withoutPasses: Set<String>
    /// Whether the graph is checked after each pass, so that an error names the pass that broke it.
    public var verifiesPasses: Bool

    public init(withoutPasses: Set<String> = [], verifiesPasses: Bool = isDebugBuild) {
        self.withoutPasses = withoutPasses
        self.verifiesPasses = verifiesPasses
    }

    /// Whether Fovea itself is compiled for debugging.
    public static var isDebugBuild: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }

    /// - Throws: ``FoveaError`` with code `usage` when a backend has no pass of a name that is left out.
    func validate(for backend: any Backend) throws {
        let known = backend.passes.reduce(into: [String]()) { known, pass in
            if !known.contains(pass.name) { known.append(pass.name) }
        }
        guard let unknown = withoutPasses.subtracting(known).min() else { return }
        let suggestion = nearestName(to: unknown, among: known).map { "Did you mean `\($0)`? " } ?? ""
        throw FoveaError(
            .usage, "The device `\(backend.name)` has no pass named \(quoted(unknown)).",
            remedy: suggestion + "Its passes are \(known.joined(separator: ", ")).")
    }
}
