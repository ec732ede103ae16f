/// An activation that passes the numbers of one range on as they are and is constant elsewhere, so that its derivative, 0
/// or 1, can be read off its result. ``FuseNormalizationEpilogue`` and ``FuseNormalizationGradient`` draw it into the
/// normalization before it.
///
/// Conforming promises that every backend which runs the fused normalizations knows the function.
public protocol Rectifier: FusableActivation {}

extension Rectifier {
    public var derivativeFollowsFromResult: Bool { true }
}
