/// What a network says about a sequence.
public enum SequenceAnswer: Hashable, Sendable {
    /// Its class, of so many.
    case classes(Int)
    /// So many numbers.
    case numbers(Int)
    /// A class for each step, of so many.
    case stepClasses(Int)

    /// The number of outputs of the last layer.
    public var width: Int {
        switch self {
        case .classes(let count), .numbers(let count), .stepClasses(let count): count
        }
    }
}
