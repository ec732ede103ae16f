import Foundation
import FoveaGraph

@testable import FoveaData

/// A picture of 48 rows and 64 columns with soft shapes of its own for each number, brighter by `light`: many frequencies, the
/// weaker the higher, as photographs have them.
func pattern(_ number: Int, light: Double = 0, isGrey: Bool = false) -> DecodedImage {
    let (height, width, frequencies) = (48, 64, 10)
    var random = CounterBasedGenerator(seed: UInt64(number), purpose: "pattern").stream
    func cosines(_ extent: Int) -> [[Double]] {
        (0..<frequencies).map { frequency in
            (0..<extent).map { cos(.pi * (Double($0) + 0.5) * Double(frequency) / Double(extent)) }
        }
    }
    let (rows, columns) = (cosines(height), cosines(width))
    var luminance = [Double](repeating: 0, count: height * width)
    for (vertical, rowCosines) in rows.enumerated() {
        for (horizontal, columnCosines) in columns.enumerated() where vertical + horizontal > 0 {
            let strength = 60 * random.normal() / Double(vertical + horizontal + 1)
            for row in 0..<height {
                for column in 0..<width {
                    luminance[row * width + column] += strength * rowCosines[row] * columnCosines[column]
                }
            }
        }
    }
    let colours = isGrey ? [1, 1, 1] : [1.2, 0.9, 0.6]
    let pixels = luminance.flatMap { value in
        colours.map { UInt8(min(max(110 + $0 * (value + light), 0), 255)) }
    }
    return DecodedImage(pixels: pixels, channels: 3, height: height, width: width)
}

/// The file of a picture.
func file(_ image: DecodedImage) throws -> [UInt8] { try image.png() }
