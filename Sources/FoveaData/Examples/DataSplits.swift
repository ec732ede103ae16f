public import FoveaGraph

/// The parts of a data set: for training a network, for choosing it, and for measuring it.
public struct DataSplits: Sendable {
    public var training: any ExampleSource
    public var validation: (any ExampleSource)?
    public var test: (any ExampleSource)?
    /// The files that were found, where each example is a file.
    public var files: FileCensus?
    /// The files that cannot be read and were left out, as ``BadFiles`` says.
    public var refusedFiles: [RefusedFile]
    /// What is odd about the files of sequences, but did not keep them from being read: a header that contradicts its data.
    public var notes: [FoveaError] = []

    public init(
        training: any ExampleSource, validation: (any ExampleSource)? = nil, test: (any ExampleSource)? = nil,
        files: FileCensus? = nil, refusedFiles: [RefusedFile] = []
    ) {
        self.training = training
        self.validation = validation
        self.test = test
        self.files = files
        self.refusedFiles = refusedFiles
    }

    /// The parts that there are.
    public var parts: [(part: DataPart, source: any ExampleSource)] {
        [(.training, training), (.validation, validation), (.test, test)].compactMap { part, source in
            source.map { (part, $0) }
        }
    }
}
