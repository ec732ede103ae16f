import FoveaFoundation
import FoveaGraph

extension JSONFields {
    /// Throws ``FoveaError`` unless a file has the format version that this Fovea reads, naming the one that wrote it.
    package func expectFormatVersion(_ expected: Int) throws {
        let version = try integer("format_version", in: 1...Int.max)
        let writer = try string("fovea_version")
        guard version == expected else {
            throw FoveaError(
                .badData, "It has format version \(version); Fovea \(FoveaVersion.current) reads version \(expected).",
                remedy: "Read it with Fovea \(quoted(writer)), which wrote it, or a newer one.")
        }
    }
}
