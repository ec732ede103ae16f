/// The highest speeds that a machine reaches, all threads together.
public struct Ceilings: Hashable, Sendable {
    /// How fast bytes are read and written where all that are touched take a certain room.
    public struct Bandwidth: Hashable, Sendable {
        public let byteCount: Int
        public let bytesPerSecond: Double

        public init(byteCount: Int, bytesPerSecond: Double) {
            self.byteCount = byteCount
            self.bytesPerSecond = bytesPerSecond
        }
    }

    /// Floating-point operations per second in registers, two for each multiply-add.
    public let operationsPerSecond: Double
    /// From what the nearest caches hold to what no cache holds, by size: what fits in less memory is at least as fast.
    public let bandwidths: [Bandwidth]
    /// Seconds until all threads have begun a step and waited for each other at its end.
    public let synchronization: Double

    /// - Parameter bandwidths: as measured, in any order, at least one.
    public init(operationsPerSecond: Double, bandwidths: [Bandwidth], synchronization: Double) {
        precondition(!bandwidths.isEmpty, "the speed of memory is known")
        self.operationsPerSecond = operationsPerSecond
        self.synchronization = synchronization
        // What a smaller room cannot do, a disturbance of its measurement did.
        var fastest = 0.0
        self.bandwidths = bandwidths.sorted { $0.byteCount > $1.byteCount }.map { measured in
            fastest = max(fastest, measured.bytesPerSecond)
            return Bandwidth(byteCount: measured.byteCount, bytesPerSecond: fastest)
        }.reversed()
    }

    /// Bytes read and written per second where the caches hold nothing.
    public var bytesPerSecond: Double { bandwidths[bandwidths.count - 1].bytesPerSecond }

    /// Bytes read and written per second where all that are touched are `byteCount`.
    public func bytesPerSecond(of byteCount: Int) -> Double {
        bandwidths.first { $0.byteCount >= byteCount }?.bytesPerSecond ?? bytesPerSecond
    }

    /// The roofline: the seconds that the arithmetic of a step needs, or its bytes, whichever is more.
    ///
    /// max(2 · multiply-adds / operations per second, bytes / bandwidth). An algorithm that needs fewer operations than the
    /// definition, such as Winograd's, can be faster (Williams, Waterman and Patterson, "Roofline", 2009).
    public func leastSeconds(of step: ExecutableStep) -> Double {
        max(
            2 * Double(step.multiplyAdds) / operationsPerSecond,
            Double(step.byteCount) / bytesPerSecond(of: step.byteCount))
    }
}
