import ArgumentParser
import FoveaData
import FoveaFoundation

/// The largest image file that is decoded.
struct ImageLimitOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Largest number of rows or columns of an image file.", valueName: "pixels"))
    var maxImageSide = ImageLimits.standard.side

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Largest number of pixels of an image file.", valueName: "count"))
    var maxImagePixels = ImageLimits.standard.pixelCount

    /// - Throws: ``FoveaError`` when a limit makes no sense.
    var limits: ImageLimits {
        get throws {
            for (flag, value, largest) in [
                ("--max-image-side", maxImageSide, ImageLimits.largestSide),
                ("--max-image-pixels", maxImagePixels, ImageLimits.largestPixelCount),
            ] where !(1...largest).contains(value) {
                throw FoveaError(.usage, "\(flag) is \(value).", remedy: "Use 1 to \(largest.grouped).")
            }
            return try ImageLimits(side: maxImageSide, pixelCount: maxImagePixels)
        }
    }
}
