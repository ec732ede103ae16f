import FoveaGraph

/// A region of an image that is resized, and the part of the result that is kept.
///
/// Only the kept part is computed, and only the pixels that it needs are decoded.
public struct Resampling: Hashable, Sendable {
    /// A rectangle of whole pixels.
    public struct Region: Hashable, Sendable {
        public var top: Int
        public var left: Int
        public var height: Int
        public var width: Int

        public init(top: Int, left: Int, height: Int, width: Int) {
            (self.top, self.left, self.height, self.width) = (top, left, height, width)
        }
    }

    /// The region of the image that is resized; pixels outside do not show in the result.
    public let region: Region
    /// The number of rows and columns that the region becomes.
    public let height: Int
    public let width: Int
    /// The part of these rows and columns that is kept.
    public let kept: Region

    /// - Parameter kept: by default everything.
    /// - Throws: ``FoveaError`` when a region is empty, or the kept part does not lie within the result.
    public init(_ region: Region, height: Int, width: Int, keeping kept: Region? = nil) throws {
        let kept = kept ?? Region(top: 0, left: 0, height: height, width: width)
        guard region.isPart(ofHeight: .max, width: .max), kept.isPart(ofHeight: height, width: width) else {
            throw FoveaError(
                .usage, "\(region) cannot become \(height)×\(width), of which \(kept) is kept.",
                remedy: "Resize a region that has pixels, and keep a part of the result.")
        }
        (self.region, self.height, self.width, self.kept) = (region, height, width, kept)
    }
}

extension Resampling {
    /// The error for an image in which the region does not lie.
    func misses(height: Int, width: Int) -> FoveaError {
        FoveaError(
            .usage, "The region \(region) does not lie within an image of \(height)×\(width).",
            remedy: "Choose a region for the image's own size.")
    }
}

extension Resampling.Region: CustomStringConvertible {
    /// `2×3 at (0, 4)`.
    public var description: String { "\(height)×\(width) at (\(top), \(left))" }

    /// Whether it has pixels and lies within an image of this size.
    func isPart(ofHeight wholeHeight: Int, width wholeWidth: Int) -> Bool {
        func lies(_ start: Int, _ length: Int, within whole: Int) -> Bool {
            start >= 0 && length >= 1 && length <= whole && start <= whole - length
        }
        return lies(top, height, within: wholeHeight) && lies(left, width, within: wholeWidth)
    }
}
