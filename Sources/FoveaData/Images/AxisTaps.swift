/// The weights of a resized axis: each new pixel is a weighted mean of neighbouring old ones, with weights whose sum is 1.
///
/// A new pixel at p has its centre at c = start + (p + ½) · s among the old ones, where s is the old length divided by the
/// new one; an old pixel at q weighs max(0, 1 − |q + ½ − c| / max(s, 1)), divided by the sum of the weights.
struct AxisTaps {
    /// The number of new pixels.
    var count: Int { first.count }
    /// The largest number of old pixels that contribute to one new pixel.
    let length: Int
    /// The first old pixel of each new one.
    private(set) var first: [Int64]
    /// The number of old pixels of each new one.
    private(set) var lengths: [Int64]
    /// `length` weights for each new pixel; 0 where it has fewer.
    private(set) var weights: [Float]

    /// - Parameters:
    ///   - section: what becomes the new axis; pixels outside do not contribute. Not empty.
    ///   - oldExtent: the number of old pixels, of which the section is a part.
    ///   - newExtent: the number of pixels that the section becomes.
    ///   - kept: those of them that are wanted.
    init(_ section: Range<Double>, of oldExtent: Int, to newExtent: Int, keeping kept: Range<Int>) {
        let scale = (section.upperBound - section.lowerBound) / Double(newExtent)
        let reach = max(scale, 1)
        let low = max(Int(section.lowerBound.rounded(.down)), 0)
        let high = min(Int(section.upperBound.rounded(.up)), oldExtent)
        length = min(2 * Int(reach.rounded(.up)) + 1, high - low)
        first = kept.map { position in
            let centre = section.lowerBound + (Double(position) + 0.5) * scale
            return Int64(min(max(Int(centre - reach + 0.5), low), high - 1))
        }
        weights = [Float](repeating: 0, count: kept.count * length)
        lengths = []
        for (number, position) in kept.enumerated() {
            let centre = section.lowerBound + (Double(position) + 0.5) * scale
            let start = Int(first[number])
            lengths.append(Int64(max(min(Int(centre + reach + 0.5), high, start + length) - start, 1)))
            setWeights(of: number, centre, reach)
        }
    }

    private mutating func setWeights(of number: Int, _ centre: Double, _ reach: Double) {
        func weight(_ index: Int) -> Double {
            max(1 - abs((Double(first[number]) + Double(index) + 0.5 - centre) / reach), 0)
        }
        let sum = (0..<Int(lengths[number])).reduce(0) { $0 + weight($1) }
        for index in 0..<Int(lengths[number]) {
            // A section thinner than a pixel may lie between two centres; then the nearest pixel is all there is.
            weights[number * length + index] = sum > 0 ? Float(weight(index) / sum) : 1 / Float(lengths[number])
        }
    }

    /// The same taps for old pixels that are counted from another one on.
    func counted(from start: Int) -> AxisTaps {
        var taps = self
        for index in taps.first.indices { taps.first[index] -= Int64(start) }
        return taps
    }

    /// The old pixels that contribute to any new one.
    var reach: Range<Int> {
        let ends = zip(first, lengths).map(+)
        return Int(first.min() ?? 0)..<Int(ends.max() ?? 0)
    }
}

extension Resampling {
    /// The taps of the kept rows.
    ///
    /// - Parameters:
    ///   - denominator: the scale at which the image was decoded: 2 for half of its rows.
    ///   - extent: the number of rows that it then has; by default as many as the region needs.
    ///   - missing: the number of rows that the first one stands for less than the others.
    func rowTaps(denominator: Int = 1, of extent: Int = .max, after missing: Int = 0) -> AxisTaps {
        AxisTaps(
            Self.section(region.top + missing, region.height, denominator), of: extent, to: height,
            keeping: kept.top..<kept.top + kept.height)
    }

    /// The taps of the kept columns, likewise.
    func columnTaps(denominator: Int = 1, of extent: Int = .max, after missing: Int = 0) -> AxisTaps {
        AxisTaps(
            Self.section(region.left + missing, region.width, denominator), of: extent, to: width,
            keeping: kept.left..<kept.left + kept.width)
    }

    private static func section(_ start: Int, _ length: Int, _ denominator: Int) -> Range<Double> {
        Double(start) / Double(denominator)..<Double(start + length) / Double(denominator)
    }
}
