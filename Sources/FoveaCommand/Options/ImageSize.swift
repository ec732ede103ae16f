import ArgumentParser
import FoveaFoundation

/// The size of an image as the command line gives it: `3x224x224`; or of a series: `1x784`.
struct ImageSize: ExpressibleByArgument {
    let extents: [Int]

    /// Nil unless the text is two or three whole numbers from 1 to 16,384.
    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
        let extents = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
        guard (2...3).contains(parts.count), extents.count == parts.count,
            extents.allSatisfy((1...maximumImageExtent).contains)
        else {
            return nil
        }
        self.extents = extents
    }
}
