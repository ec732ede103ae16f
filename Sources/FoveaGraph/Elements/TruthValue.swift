/// True or false in one byte, of which every value but 0 is true.
///
/// Not Swift's `Bool`, whose memory may hold only 0 and 1.
public struct TruthValue: TensorElementLoops, ExpressibleByBooleanLiteral {
    public static let dataType = DataType.bool
    private let byte: UInt8

    public init(_ value: Bool) { byte = value ? 1 : 0 }
    public init(booleanLiteral value: Bool) { self.init(value) }
    /// True for everything but 0, NaN included.
    public init(converting value: Double) { self.init(value != 0) }

    public var isTrue: Bool { byte != 0 }
    public var doubleValue: Double { isTrue ? 1 : 0 }

    public static func == (left: TruthValue, right: TruthValue) -> Bool { left.isTrue == right.isTrue }
    public func hash(into hasher: inout Hasher) { hasher.combine(isTrue) }

    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
}
