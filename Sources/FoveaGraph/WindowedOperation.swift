/// An operation each of whose results depends on the pixels under a window, and whose window slides over the spatial axes
/// of its first operand: what receptive fields follow from.
public protocol WindowedOperation: Operation {
    var window: Window { get }
}
