import FoveaGraph
import Testing

@testable import FoveaData

@Suite("AutoAugment and its relatives")
struct PolicyTests {
    private let golden: AugmentationGolden.Policies
    private let random = CounterBasedGenerator(seed: 8, purpose: "policies")

    init() throws { golden = try AugmentationGolden.load().policies }

    private func expectEqual(_ table: PolicyTable, _ expected: [String: AugmentationGolden.Row]) {
        for (operation, magnitudes) in table.rows {
            guard let row = expected[operation.rawValue] else {
                Issue.record("torchvision has no \(operation)")
                continue
            }
            let values = row.magnitudes
            #expect(magnitudes.isSigned == row.signed && magnitudes.values.count == values.count, "\(operation)")
            #expect(
                zip(magnitudes.values, values).allSatisfy {
                    abs($0 - $1) <= 2e-7 * abs($1) && $0.rounded(.towardZero) == $1.rounded(.towardZero)
                }, "\(operation): \(magnitudes.values), \(values)")
        }
    }

    @Test("magnitudes are torchvision's")
    func tables() {
        expectEqual(.wide(31), golden.trivial)
        expectEqual(.learned(31, height: 14, width: 17), golden.rand)
        expectEqual(.mixed(height: 14, width: 17, hasColorChanges: true), golden.augmix)
        #expect(PolicyTable.wide(31).rows.count == golden.trivial.count)
        #expect(PolicyTable.learned(31, height: 14, width: 17).rows.count == golden.rand.count)
        #expect(PolicyTable.mixed(height: 14, width: 17, hasColorChanges: true).rows.count == golden.augmix.count)
        #expect(PolicyTable.mixed(height: 14, width: 17, hasColorChanges: false).rows.count == 9)
        // AutoAugment may invert too, which has no magnitude, and never does nothing.
        var auto = golden.auto
        #expect(auto.removeValue(forKey: "Invert")?.magnitudes == [])
        auto["Identity"] = golden.rand["Identity"]
        expectEqual(.learned(10, height: 14, width: 17), auto)
    }

    @Test("AutoAugment's pairs are torchvision's", arguments: AutoAugment.Policy.allCases)
    func pairs(policy: AutoAugment.Policy) throws {
        let expected = try #require(golden.learned[policy.rawValue])
        #expect(policy.pairs.count == 25 && expected.count == 25)
        for (pair, steps) in zip(policy.pairs, expected) {
            #expect(pair.map(\.operation.rawValue) == steps.map(\.operation))
            #expect(pair.map(\.probability) == steps.map(\.probability))
            #expect(pair.map { $0.bin ?? -1 } == steps.map(\.bin))
        }
    }

    @Test("AutoAugment applies each operation as often as its pair and its probability say")
    func autoAugment() {
        let auto = AutoAugment(.imageNet)
        var counts: [PolicyOperation: Int] = [:]
        for index in 0..<5000 {
            var stream = random.derived(UInt64(index)).stream
            let steps = auto.operations(height: 100, width: 200, random: &stream)
            #expect(steps.count <= 2)
            for step in steps { counts[step.operation, default: 0] += 1 }
        }
        for operation in PolicyOperation.allCases {
            let expected = auto.policy.pairs.joined().filter { $0.operation == operation }.reduce(0) {
                $0 + $1.probability
            }
            // At most two in each draw: within 5 standard errors of twice the variance of one.
            #expect(abs(Double(counts[operation] ?? 0) - 200 * expected) <= 5 * (2 * 200 * expected).squareRoot())
        }
        #expect(counts[.identity] == nil && counts[.translateX] == nil)
    }

    @Test("RandAugment draws every operation as often, with the strength that it is given and both signs")
    func randAugment() throws {
        let policy = try RandAugment(operations: 3, magnitude: 15)
        var counts: [PolicyOperation: Int] = [:]
        var angles: Set<Double> = []
        for index in 0..<2000 {
            var stream = random.derived(UInt64(index)).stream
            let steps = policy.steps(height: 100, width: 200, random: &stream)
            #expect(steps.count == 3)
            for (operation, magnitude) in steps {
                counts[operation, default: 0] += 1
                if operation == .rotate { angles.insert(magnitude) }
            }
        }
        // 6000 draws of 14 operations: within 5 standard errors, √(6000 · 1/14 · 13/14) each.
        #expect(counts.count == 14 && counts.values.allSatisfy { abs(Double($0) - 6000.0 / 14) < 100 })
        #expect(angles == [15, -15])
    }

    @Test("TrivialAugment draws every operation and every strength as often")
    func trivialAugment() throws {
        let policy = try TrivialAugmentWide()
        var counts: [PolicyOperation: Int] = [:]
        var strengths: [Double: Int] = [:]
        for index in 0..<8000 {
            var stream = random.derived(UInt64(index)).stream
            let (operation, magnitude) = policy.step(random: &stream)
            counts[operation, default: 0] += 1
            if operation == .solarize { strengths[magnitude, default: 0] += 1 }
        }
        #expect(counts.count == 14 && counts.values.allSatisfy { abs(Double($0) - 8000.0 / 14) < 116 })
        // About 571 draws of 31 thresholds.
        #expect(strengths.count == 31 && strengths.values.allSatisfy { $0 < 18 + 5 * 5 })
    }

    @Test("AugMix draws chains of one to three operations of the weakest magnitudes")
    func chains() throws {
        let policy = try AugMix(severity: 2)
        var depths = [0, 0, 0]
        var operations: Set<PolicyOperation> = []
        for index in 0..<3000 {
            var stream = random.derived(UInt64(index)).stream
            let chain = policy.chain(height: 60, width: 90, random: &stream)
            depths[chain.count - 1] += 1
            operations.formUnion(chain.map(\.operation))
            for (operation, magnitude) in chain where operation == .rotate {
                #expect(abs(magnitude) < 30.0 / 9 + 1e-5)
            }
        }
        #expect(depths.allSatisfy { abs($0 - 1000) < 130 } && operations.count == 13)
        var stream = random.stream
        #expect(try AugMix(chainDepth: 5).chain(height: 9, width: 9, random: &stream).count == 5)
    }

    @Test("AugMix adds up the image and its chains by their weights, cut off to bytes")
    func mixture() throws {
        let image = try DecodedImage(channels: 1, height: 1, width: 3, pixels: [0, 100, 255])
        let other = try DecodedImage(channels: 1, height: 1, width: 3, pixels: [255, 50, 255])
        let mixed = image.mixed(weight: 0.5, with: [(0.25, other), (0.25, image)])
        #expect(mixed.pixels == [63, 87, 255])
        #expect(image.mixed(weight: 1, with: []) == image)
    }

    @Test("settings that make no sense are refused")
    func settings() {
        for (make, problem) in [
            ({ _ = try RandAugment(magnitude: 31) }, "RandAugment cannot apply 2 operations of magnitude 31 of 31."),
            ({ _ = try RandAugment(operations: -1) }, "RandAugment cannot apply -1 operations of magnitude 9 of 31."),
            ({ _ = try TrivialAugmentWide(bins: 1) }, "TrivialAugment has 1 magnitudes."),
            ({ _ = try AugMix(severity: 11) }, "AugMix cannot mix 3 chains of 1 operations with severity 11."),
            ({ _ = try AugMix(alpha: 0) }, "The alpha of AugMix is 0.0."),
        ] as [(() throws -> Void, String)] {
            let error = #expect(throws: FoveaError.self) { try make() }
            #expect(error?.code == .usage && error?.problem == problem)
        }
    }
}
