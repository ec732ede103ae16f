extension Value {
    /// One number per channel, [C], in a shape that broadcasts over images of a rank: [1, C, 1, …].
    package func perChannel(rank: Int) throws -> Value {
        try Reshape(to: Shape([1, shape[0]] + Array(repeating: 1, count: rank - 2))).applied(to: self)
    }

    /// The sum of images [N, C, …] over all but the channels, [C].
    func summedPerChannel() throws -> Value { try ReduceSum(axes: axesBesidesChannels).applied(to: self) }

    /// The mean of images [N, C, …] over all but the channels, [C].
    func averagedPerChannel() throws -> Value { try ReduceMean(axes: axesBesidesChannels).applied(to: self) }

    private var axesBesidesChannels: [Int] { (0..<shape.rank).filter { $0 != 1 } }
}
