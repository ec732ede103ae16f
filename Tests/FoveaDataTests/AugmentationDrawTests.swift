import FoveaGraph
import Testing

@testable import FoveaData

/// 2000 draws each; bounds are 5 standard errors.
@Suite("Parameters of random transforms")
struct AugmentationDrawTests {
    private typealias Stream = CounterBasedGenerator.Stream
    private static let count = 2000

    private func draws<Parameters>(_ draw: (inout Stream) throws -> Parameters) rethrows -> [Parameters] {
        let random = CounterBasedGenerator(seed: 21, purpose: "draws")
        return try (0..<Self.count).map { index in
            var stream = random.derived(UInt64(index)).stream
            return try draw(&stream)
        }
    }

    /// Whether an event of a probability is as frequent as it should be.
    private func isFrequency(_ count: Int, _ probability: Double) -> Bool {
        let deviation = (Double(Self.count) * probability * (1 - probability)).squareRoot()
        return abs(Double(count) - Double(Self.count) * probability) <= 5 * deviation
    }

    private func isUniform(_ numbers: [Double], in range: ClosedRange<Double>) -> Bool {
        let middle = (range.lowerBound + range.upperBound) / 2
        return numbers.allSatisfy(range.contains) && isFrequency(numbers.count { $0 < middle }, 0.5)
            && isFrequency(numbers.count { $0 < (range.lowerBound + middle) / 2 }, 0.25)
    }

    @Test("transforms with a probability change that share of images: none with 0, all with 1")
    func probabilities() throws {
        let image = try DecodedImage(channels: 3, height: 3, width: 2, pixels: (0..<18).map { UInt8($0 * $0 % 241) })
        let kinds: [(Double) throws -> any ImageTransform] = [
            RandomHorizontalFlip.init, RandomVerticalFlip.init, RandomInvert.init, RandomAutocontrast.init,
            RandomGrayscale.init, { try RandomPosterize(bits: 3, probability: $0) },
            { try RandomSolarize(threshold: 90, probability: $0) },
            { try RandomErasing(probability: $0, scale: 0.2...0.2, ratio: 1...1, fill: [3]) },
        ]
        for make in kinds {
            for probability in [0, 0.3, 1] {
                let transform = try make(probability)
                let changed = try draws { try transform.changed(image, random: &$0) != image }.count { $0 }
                #expect(isFrequency(changed, probability), "\(transform): \(changed)")
            }
            for probability in [-0.1, 1.1, .nan] {
                let error = #expect(throws: FoveaError.self) { try make(probability) }
                #expect(error?.code == .usage && error?.problem.hasSuffix(" is \(probability).") == true)
            }
        }
        // A picture of few pixels has nothing to equalize, and one of two columns nothing to sharpen.
        let large = try DecodedImage(channels: 1, height: 30, width: 30, pixels: (0..<900).map { UInt8($0 / 7 % 90) })
        let equalized = try RandomEqualize(probability: 0.3)
        #expect(isFrequency(draws { equalized.changed(large, random: &$0) != large }.count { $0 }, 0.3))
        let sharpened = try RandomAdjustSharpness(factor: 3, probability: 0.3)
        #expect(isFrequency(draws { sharpened.changed(large, random: &$0) != large }.count { $0 }, 0.3))
        let tilted = try RandomPerspective(probability: 0.3)
        // Corners that all stay where they are change nothing: one case in 8⁸.
        #expect(isFrequency(draws { tilted.changed(large, random: &$0) != large }.count { $0 }, 0.3))
    }

    @Test("a random resized crop has a uniform area, proportions uniform in their logarithm, and any place")
    func resizedCrop() throws {
        let crop = try RandomResizedCrop(height: 8, width: 8, scale: 0.1...0.4)
        let regions = draws { crop.region(height: 400, width: 500, random: &$0) }
        #expect(regions.allSatisfy { $0.isPart(ofHeight: 400, width: 500) })
        #expect(isUniform(regions.map { Double($0.height * $0.width) / 200_000 }, in: 0.0985...0.4015))
        let ratios = regions.map { Double($0.width) / Double($0.height) }
        #expect(ratios.allSatisfy { (0.74...1.35).contains($0) } && isFrequency(ratios.count { $0 < 1 }, 0.5))
        let places = regions.map { Double($0.left) / Double(500 - $0.width) }
        #expect(isUniform(places, in: 0...1))
        #expect(Set(regions.map(\.top)).count > 100)
    }

    @Test("a random resized crop that never fits is the largest in the middle, as in torchvision")
    func fallback() throws {
        for (height, width, expected) in [
            (100, 1000, Resampling.Region(top: 0, left: 433, height: 100, width: 133)),
            (1000, 100, Resampling.Region(top: 433, left: 0, height: 133, width: 100)),
        ] {
            let whole = try RandomResizedCrop(height: 8, width: 8, scale: 1...1)
            #expect(draws { whole.region(height: height, width: width, random: &$0) }.allSatisfy { $0 == expected })
        }
        let square = try RandomResizedCrop(height: 8, width: 8, scale: 0...0)
        var stream = CounterBasedGenerator(seed: 1, purpose: "empty").stream
        let middle = square.region(height: 30, width: 31, random: &stream)
        #expect(middle == Resampling.Region(top: 0, left: 0, height: 30, width: 31))
        let sliver = try RandomResizedCrop(height: 8, width: 8, scale: 0...0, ratio: 900...1000)
        #expect(sliver.region(height: 1, width: 1, random: &stream).isPart(ofHeight: 1, width: 1))
    }

    @Test("a random crop begins anywhere that the margin allows")
    func crop() throws {
        let crop = try RandomCrop(height: 28, width: 28, padding: 4)
        let places = draws { crop.place(height: 28, width: 28, random: &$0) }
        #expect(Set(places.map(\.top)) == Set(0...8) && Set(places.map(\.left)) == Set(0...8))
        #expect(isFrequency(places.count { $0.top == 4 }, 1.0 / 9))
        let image = try DecodedImage(channels: 1, height: 2, width: 2, pixels: [1, 2, 3, 4])
        let small = try RandomCrop(height: 2, width: 2, padding: 1)
        let found = Set(try draws { try small.changed(image, random: &$0).pixels })
        #expect(found.count == 9 && found.contains([0, 0, 0, 1]) && found.contains([1, 2, 3, 4]))
        let error = #expect(throws: FoveaError.self) {
            var stream = CounterBasedGenerator(seed: 1, purpose: "small").stream
            _ = try RandomCrop(height: 5, width: 2, padding: 1).changed(image, random: &stream)
        }
        #expect(error?.problem == "The image is 1×2×2, too small for a part of 5×2.")
    }

    @Test("colour jitter draws uniform factors in random order, and leaves out what cannot change")
    func jitter() throws {
        let jitter = try ColorJitter(brightness: 0.4, contrast: 0.2, saturation: 1.5, hue: 0.1)
        let changes = draws { jitter.changes(random: &$0) }
        #expect(changes.allSatisfy { $0.count == 4 })
        let (brightness, hue) = (
            changes.flatMap { $0 }.compactMap { if case .brightness(let factor) = $0 { factor } else { nil } },
            changes.flatMap { $0 }.compactMap { if case .hue(let turn) = $0 { turn } else { nil } }
        )
        #expect(isUniform(brightness, in: 0.6...1.4) && isUniform(hue, in: -0.1...0.1))
        #expect(jitter.saturation == 0...2.5)
        let first = changes.count { if case .contrast = $0[0] { true } else { false } }
        #expect(isFrequency(first, 0.25))
        let single = try ColorJitter(brightness: 1.2...1.2)
        #expect(draws { single.changes(random: &$0) }.allSatisfy { $0 == [.brightness(1.2)] })
        #expect(try draws { try ColorJitter(hue: 0).changes(random: &$0) }.allSatisfy(\.isEmpty))
    }

    @Test("rotations, scales, shears and translations stay in their ranges; translations are whole pixels")
    func affine() throws {
        let affine = try RandomAffine(degrees: 0...0, translation: [0.1, 0.25], scale: 0.5...2)
        let maps = draws { affine.map(height: 40, width: 60, random: &$0) }
        // Without rotation and shear, x comes from (x − 30 − move) / scale + 30.
        let scales = maps.map { 1 / $0.xx }
        #expect(
            isUniform(scales, in: 0.4999...2.0001) && maps.allSatisfy { $0.xy == 0 && $0.yx == 0 && $0.xx == $0.yy })
        let moves = maps.map { map in (x: (30 - map.x0) / map.xx - 30, y: (20 - map.y0) / map.yy - 20) }
        #expect(moves.allSatisfy { abs($0.x - $0.x.rounded()) < 1e-9 && abs($0.x) < 6.5 && abs($0.y) < 10.5 })
        #expect(Set(moves.map { $0.x.rounded() }).count == 13 && Set(moves.map { $0.y.rounded() }).count == 21)
        let turned = try RandomAffine(degrees: -90...90, shearX: -20...0)
        #expect(Set(draws { turned.map(height: 9, width: 9, random: &$0) }).count == Self.count)
    }

    @Test("the corners of a perspective move inwards by at most the distortion's part of half the image")
    func corners() throws {
        let perspective = try RandomPerspective(distortion: 0.5)
        let corners = draws { perspective.corners(height: 21, width: 40, random: &$0) }
        #expect(Set(corners.map { $0[0].x }) == Set(0...10) && Set(corners.map { $0[0].y }) == Set(0...5))
        #expect(Set(corners.map { $0[1].x }) == Set(29...39) && Set(corners.map { $0[2].y }) == Set(15...20))
        #expect(Set(corners.map { $0[3].x }) == Set(0...10) && Set(corners.map { $0[3].y }) == Set(15...20))
    }

    @Test("a rectangle is erased whose area and proportions are as asked, never the whole image")
    func erasing() throws {
        let erasing = try RandomErasing(probability: 0.5, scale: 0.05...0.2, ratio: 0.5...2)
        let rectangles = draws { erasing.rectangle(height: 100, width: 100, random: &$0) }
        #expect(isFrequency(rectangles.count { $0 == nil }, 0.5))
        let found = rectangles.compactMap { $0 }
        #expect(found.allSatisfy { $0.isPart(ofHeight: 100, width: 100) })
        let areas = found.map { Double($0.height * $0.width) / 10_000 }
        #expect(
            areas.allSatisfy { (0.045...0.205).contains($0) } && areas.contains { $0 < 0.07 }
                && areas.contains { $0 > 0.18 })
        #expect(abs(found.count { $0.height < $0.width } - found.count / 2) < 130)
        let none = try RandomErasing(probability: 1, scale: 1...1)
        #expect(draws { none.rectangle(height: 10, width: 10, random: &$0) }.allSatisfy { $0 == nil })
        let image = try DecodedImage(channels: 3, height: 2, width: 2, pixels: [UInt8](repeating: 9, count: 12))
        let part = Resampling.Region(top: 1, left: 1, height: 1, width: 1)
        #expect(image.erased(part, fill: [1, 2, 3]).pixels == [UInt8](repeating: 9, count: 9) + [1, 2, 3])
        let error = #expect(throws: FoveaError.self) {
            var stream = CounterBasedGenerator(seed: 1, purpose: "colour").stream
            _ = try RandomErasing(fill: [1, 2]).changed(image, random: &stream)
        }
        #expect(error?.problem == "An image of 3×2×2 cannot be erased with a colour of 2 channels.")
    }

    @Test("an elastic change is as strong as α, and smoother the larger σ is")
    func elastic() throws {
        var stream = CounterBasedGenerator(seed: 2, purpose: "elastic").stream
        let rough = try ElasticTransform(alpha: 8, sigma: 0).displacements(height: 60, width: 60, random: &stream)
        #expect(rough.allSatisfy { abs($0) <= 4 } && rough.contains { $0 > 3.9 } && rough.contains { $0 < -3.9 })
        let smooth = try ElasticTransform(alpha: 8, sigma: 3).displacements(height: 60, width: 60, random: &stream)
        func roughness(_ field: [Float]) -> Float { zip(field, field.dropFirst()).map { abs($0 - $1) }.reduce(0, +) }
        #expect(roughness(smooth) < 0.05 * roughness(rough))
    }

    @Test("settings that make no sense are refused")
    func settings() {
        for (make, problem) in [
            ({ _ = try RandomResizedCrop(height: 0, width: 8) }, "A region cannot be resized to 0×8."),
            (
                { _ = try RandomResizedCrop(height: 8, width: 8, scale: 0.5...1.5) },
                "The part of the image's area is drawn from 0.5 to 1.5."
            ),
            (
                { _ = try RandomResizedCrop(height: 8, width: 8, ratio: 0...1) },
                "The ratio of width to height is drawn from 0.0 to 1.0."
            ),
            (
                { _ = try RandomCrop(height: 8, width: 8, padding: -1) },
                "Images cannot be cropped to 8×8 with a margin of -1."
            ),
            ({ _ = try RandomRotation(degrees: 0...400) }, "The angle of rotation is drawn from 0.0 to 400.0."),
            ({ _ = try RandomAffine(degrees: 0...0, scale: 0...1) }, "The scale is drawn from 0.0 to 1.0."),
            (
                { _ = try RandomAffine(degrees: 0...0, shearX: 0...90) },
                "The angle of a shear is drawn from 0.0 to 90.0."
            ),
            (
                { _ = try RandomAffine(degrees: 0...0, translation: [0, 2]) }, "The largest translation is 2.0."
            ),
            ({ _ = try RandomPerspective(distortion: 2) }, "The distortion of a perspective is 2.0."),
            ({ _ = try ColorJitter(brightness: -1) }, "The largest change of brightness is -1.0."),
            ({ _ = try ColorJitter(hue: 0.6) }, "The largest change of hue is 0.6."),
            ({ _ = try GaussianBlur(kernelSize: 4) }, "The kernel of a blur cannot have 4 pixels."),
            (
                { _ = try GaussianBlur(kernelSize: 3, sigma: 0...1) },
                "The deviation of a blur is drawn from 0.0 to 1.0."
            ),
            ({ _ = try RandomPosterize(bits: 9) }, "A byte cannot keep 9 of its bits."),
            ({ _ = try RandomSolarize(threshold: .nan) }, "The threshold of solarization is nan."),
            ({ _ = try ElasticTransform(sigma: .infinity) }, "The smoothness of an elastic change is inf."),
            (
                { _ = try RandomAffine(degrees: 0...0, translation: [.nan, 0]) }, "The largest translation is nan."
            ),
            ({ _ = try RandomSolarize(threshold: -1) }, "The threshold of solarization is -1.0."),
            ({ _ = try RandomAdjustSharpness(factor: -2) }, "The factor of sharpness is -2.0."),
            ({ _ = try RandomErasing(scale: 0...2) }, "The part of the image's area is drawn from 0.0 to 2.0."),
            ({ _ = try RandomErasing(fill: []) }, "A rectangle is erased with no colour."),
            ({ _ = try ElasticTransform(alpha: -1) }, "The strength of an elastic change is -1.0."),
        ] as [(() throws -> Void, String)] {
            let error = #expect(throws: FoveaError.self) { try make() }
            #expect(error?.code == .usage && error?.problem == problem)
        }
    }
}
