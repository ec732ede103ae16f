/// A value in a graph that is being built: the input and output of a layer.
///
/// It has a type and no elements; arithmetic on it adds nodes to the graph.
public struct Value {
    public let builder: GraphBuilder
    public let id: ValueID

    init(builder: GraphBuilder, id: ValueID) {
        self.builder = builder
        self.id = id
    }

    public var type: TensorType { builder.graph.type(of: id) }
    public var shape: Shape { type.shape }
    public var dataType: DataType { type.dataType }
}
