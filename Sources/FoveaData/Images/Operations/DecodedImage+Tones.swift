// Changes of each byte by a table: the same bytes as torchvision's functions on Pillow's pictures.
extension DecodedImage {
    /// factor · byte: 0 gives black, 1 the image. torchvision's `adjust_brightness`.
    func brightened(by factor: Double) -> DecodedImage {
        let factor = Float(factor)
        return mapped(by: ByteTable { Int(blend(0, Float($0), factor)) })
    }

    /// mean + factor · (byte − mean), the mean being that of the luminance, rounded. torchvision's `adjust_contrast`.
    func contrasted(by factor: Double) -> DecodedImage {
        let (mean, factor) = (meanLuminance, Float(factor))
        return mapped(by: ByteTable { Int(blend(mean, Float($0), factor)) })
    }

    /// The mean of the luminance over all pixels, rounded half up.
    private var meanLuminance: Float {
        let source = bytes.span
        var sum = 0
        if channels == 3 {
            for pixel in 0..<height * width {
                let start = 3 * pixel
                sum += Int(
                    Self.luminance(red: source[start], green: source[start + 1], blue: source[start + 2]))
            }
        } else {
            for index in source.indices { sum += Int(source[index]) }
        }
        let count = channels == 3 ? source.count / 3 : source.count
        return Float((Double(sum) / Double(count) + 0.5).rounded(.down))
    }

    /// 255 − byte. torchvision's `invert`.
    func inverted() -> DecodedImage { mapped(by: ByteTable { 255 - $0 }) }

    /// Each byte with only its highest bits, 0 to 8 of them. torchvision's `posterize`.
    func posterized(bits: Int) -> DecodedImage {
        precondition((0...8).contains(bits), "a byte has 8 bits")
        let dropped = 8 - bits
        return mapped(by: ByteTable { ($0 >> dropped) << dropped })
    }

    /// Bytes from a threshold on are inverted. torchvision's `solarize`.
    func solarized(from threshold: Double) -> DecodedImage {
        mapped(by: ByteTable { Double($0) < threshold ? $0 : 255 - $0 })
    }

    /// Each channel stretched so that its smallest byte becomes 0 and its largest 255. torchvision's `autocontrast`.
    func autocontrasted() -> DecodedImage {
        mapped(
            by: histograms.map { counts in
                guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }),
                    low < high
                else { return .identity }
                let scale = 255.0 / Double(high - low)
                return ByteTable { Int(Double($0) * scale + -Double(low) * scale) }
            })
    }

    /// Each channel's bytes replaced by their ranks, so that all become about as frequent. torchvision's `equalize`.
    func equalized() -> DecodedImage {
        mapped(
            by: histograms.map { counts in
                let occurring = counts.filter { $0 > 0 }
                let step = (occurring.reduce(0, +) - (occurring.last ?? 0)) / 255
                guard occurring.count > 1, step > 0 else { return .identity }
                var ranks: [Int] = []
                var rank = step / 2
                for count in counts {
                    ranks.append(rank / step)
                    rank += count
                }
                return ByteTable { ranks[$0] }
            })
    }
}
