/// The parts of a data set that a network is trained on, chosen by, and measured with.
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
