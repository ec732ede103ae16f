import FoveaFoundation

/// Pictures with their distances, on one picture.
package struct NeighbourSheet {
    private let rows: [ContactSheet.Row]
    /// The paths of pictures that could not be read; their places are empty.
    package private(set) var unreadable: [String] = []

    /// With the gap between pictures as wide as twelve letters, so that titles can name each picture of a row.
    private static let (side, letters, columns) = (136, 12, 5)

    /// A picture, and below it those that are near to it.
    package init(of query: String, neighbours: [(path: String, distance: Double)]) {
        var decoder = Decoder()
        var rows = [ContactSheet.Row(title: query.onOneLine, pictures: [decoder.picture(query)])]
        for start in stride(from: 0, to: neighbours.count, by: Self.columns) {
            let row = start..<min(start + Self.columns, neighbours.count)
            let titles = row.map { "\($0 + 1): \(neighbours[$0].distance.text(digits: 4))" }
            rows.append(
                ContactSheet.Row(
                    title: titles.map { $0.padded(to: Self.letters) }.joined(),
                    pictures: row.map { decoder.picture(neighbours[$0].path) }))
        }
        (self.rows, unreadable) = (rows, decoder.unreadable)
    }

    /// Pairs of pictures, each in a row.
    package init(pairs: [(first: String, second: String, distance: Double)]) {
        var decoder = Decoder()
        rows = pairs.map { pair in
            ContactSheet.Row(
                title: "\(pair.distance.text(digits: 4)) \(pair.first.onOneLine) | \(pair.second.onOneLine)",
                pictures: [decoder.picture(pair.first), decoder.picture(pair.second)])
        }
        unreadable = decoder.unreadable
    }

    package var image: DecodedImage { ContactSheet(rows, side: Self.side).image }

    private struct Decoder {
        var unreadable: [String] = []

        mutating func picture(_ path: String) -> DecodedImage {
            if let image = try? ImageFile.decode(path: path, channels: 3).fitting(NeighbourSheet.side) { return image }
            unreadable.append(path)
            return DecodedImage(pixels: [255, 255, 255], channels: 3, height: 1, width: 1)
        }
    }
}

extension String {
    fileprivate func padded(to length: Int) -> String { self + String(repeating: " ", count: max(0, length - count)) }
}
