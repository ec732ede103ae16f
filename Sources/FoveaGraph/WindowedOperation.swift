/// An operation each of whose results depends on the pixels under a window that slides over the spatial axes of its
/// first operand: the basis of receptive fields.
public protocol WindowedOperation: Operation {
    var window: Window { get }
}
