/// An activation that passes the numbers of one range on as they are and is constant elsewhere, so that its derivative, 0
/// or 1, can be read off its result.
public protocol Rectifier: Activation {}

extension Rectifier {
    public var derivativeFollowsFromResult: Bool { true }
}
