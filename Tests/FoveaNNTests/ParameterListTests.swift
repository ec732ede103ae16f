import FoveaGraph
import FoveaNN
import Testing

@Suite("Parameter paths")
struct ParameterListTests {
    private struct Block: Layer {
        let conv1 = Conv2D(4, kernel: 3, padding: 1, bias: false)
        let bn1 = BatchNorm2D()
        let downsample: Sequential?

        init(downsampling: Bool) {
            downsample = downsampling ? Sequential { Conv2D(4, kernel: 1, bias: false) } : nil
        }

        func callAsFunction(_ input: Value) throws -> Value {
            let skip = if let downsample { try downsample(input) } else { input }
            return try ReLU()(bn1(conv1(input)) + skip)
        }
    }

    private struct Network: Layer {
        let layer1 = Sequential {
            Block(downsampling: true)
            Block(downsampling: false)
        }
        let branches = [Conv2D(2, kernel: 1), Conv2D(3, kernel: 1)]

        func callAsFunction(_ input: Value) throws -> Value {
            let features = try layer1(input)
            return try Concatenation(axis: 1).applied(to: branches[0](features), branches[1](features))
        }
    }

    @Test("are torchvision's: properties, positions and PyTorch's names, in the order of declaration")
    func torchvisionNames() throws {
        let network = try InferenceGraph(Network(), input: [1, 1, 4, 4])
        #expect(
            network.parameters.map(\.path) == [
                "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias", "layer1.0.bn1.running_mean",
                "layer1.0.bn1.running_var", "layer1.0.downsample.0.weight", "layer1.1.conv1.weight",
                "layer1.1.bn1.weight", "layer1.1.bn1.bias", "layer1.1.bn1.running_mean", "layer1.1.bn1.running_var",
                "branches.0.weight", "branches.0.bias", "branches.1.weight", "branches.1.bias",
            ])
    }

    @Test("layers without parameters are named after their block and type")
    func placesWithoutParameters() throws {
        let graph = try InferenceGraph(Network(), input: [1, 1, 4, 4]).graph
        let rectifiers = graph.nodes.filter { $0.operation is ReLU }.map(\.location.path)
        #expect(rectifiers == ["layer1.0.relu", "layer1.1.relu"])
    }

    @Test("children of a Sequential have their position or their name")
    func sequentialNames() throws {
        let network = Sequential {
            Flatten()
            for width in [8, 4] {
                Dense(width)
                ReLU()
            }
            Dense(2).named("head")
        }
        let graph = try InferenceGraph(network, input: [1, 1, 2, 2]).graph
        var places: [String] = []
        for node in graph.nodes where !(node.operation is Placeholder) { places.append(node.location.path) }
        #expect(places == ["0", "1", "2", "3", "4", "head"])
    }

    private struct Twice: Layer {
        let first: Dense
        let second: any Layer

        func callAsFunction(_ input: Value) throws -> Value { try second(first(Flatten()(input))) }
    }

    @Test("a parameter reached by two paths is an error that names both, unless the network says Shared")
    func shared() throws {
        let dense = Dense(4)
        let error = error { _ = try InferenceGraph(Twice(first: dense, second: dense), input: [1, 1, 2, 2]) }
        #expect(error?.problem == "The parameter `second.weight` is the same as `first.weight`.")
        let network = try InferenceGraph(Twice(first: dense, second: Shared(dense)), input: [1, 1, 2, 2])
        #expect(network.parameters.map(\.path) == ["first.weight", "first.bias"])
    }

    private struct Forgetful: Layer {
        func callAsFunction(_ input: Value) throws -> Value { try Conv2D(2, kernel: 1)(input) }
    }

    @Test("a layer that is made while the network is called is an error")
    func unreachable() {
        let error = error { _ = try InferenceGraph(Forgetful(), input: [1, 1, 2, 2]) }
        #expect(error?.remedy.contains("stored properties") == true)
    }
}
