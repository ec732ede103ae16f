/// The value of an image between the middles of its pixels.
public enum Interpolation: String, CaseIterable, Sendable {
    /// That of the pixel there.
    case nearest
    /// A mean of the four pixels around, weighted by how near they are.
    case bilinear
}
