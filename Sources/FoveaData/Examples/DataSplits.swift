/// The parts of a data set: for training a network, for choosing it, and for measuring it.
public struct DataSplits: Sendable {
    public var training: any ExampleSource
    public var validation: (any ExampleSource)?
    public var test: (any ExampleSource)?

    public init(
        training: any ExampleSource, validation: (any ExampleSource)? = nil, test: (any ExampleSource)? = nil
    ) {
        self.training = training
        self.validation = validation
        self.test = test
    }
}
