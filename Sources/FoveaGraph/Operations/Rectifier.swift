/// An activation that is the identity on one range of numbers and constant elsewhere, so that its derivative, 0 or 1,
/// can be read off its result.
public protocol Rectifier: Activation {}

extension Rectifier {
    public var derivativeFollowsFromResult: Bool { true }
}
