import FoveaGraph
import FoveaNN
import Testing

@Suite("Where layers may be stored")
struct ParameterWalkTests {
    private func paths(_ network: any Layer) throws -> [String] {
        try InferenceGraph(network, input: [1, 1, 2, 2]).parameters.map(\.path)
    }

    private struct Tuples: Layer {
        let pair = (Dense(3, bias: false), Dense(2, bias: false))
        let named = (first: Dense(3, bias: false), second: Dense(2, bias: false))

        func callAsFunction(_ input: Value) throws -> Value {
            let hidden = try pair.1(pair.0(Flatten()(input)))
            return try named.second(named.first(hidden))
        }
    }

    @Test("the elements of a tuple have their label or their position")
    func tuples() throws {
        #expect(try paths(Tuples()) == ["pair.0.weight", "pair.1.weight", "named.first.weight", "named.second.weight"])
    }

    private struct Parameterless: Layer {
        let front = Sequential {
            ReLU()
            Flatten()
        }
        let head = Sequential { Dense(3, bias: false) }
        let tail = Sequential {
            Tanh()
            Sequential { ReLU() }
        }

        func callAsFunction(_ input: Value) throws -> Value { try tail(head(front(input))) }
    }

    @Test("a Sequential without parameters has its place all the same")
    func parameterless() throws {
        #expect(try paths(Parameterless()) == ["head.0.weight"])
        #expect(
            try Summary(of: Parameterless(), input: [1, 2, 2]).layers.map(\.path) == [
                "front.0", "front.1", "head.0", "tail.0", "tail.1.0",
            ])
        #expect(try paths(Sequential { ReLU() }) == [])
    }

    private struct Branches: Layer {
        let byName: [String: any Layer] = [
            "wide": Dense(3, bias: false), "deep": Sequential { Dense(3, bias: false) }, "unused": ReLU(),
        ]
        let byNumber = [10: Dense(3, bias: false), 9: Dense(3, bias: false)]

        func callAsFunction(_ input: Value) throws -> Value {
            let flat = try Flatten()(input)
            var sum = try byNumber.values.reduce(nil as Value?) { sum, layer in
                try sum.map { try $0 + layer(flat) } ?? layer(flat)
            }
            for name in ["deep", "wide"] {
                if let layer = byName[name], let before = sum { sum = try before + layer(flat) }
            }
            return sum ?? flat
        }
    }

    @Test("the values of a dictionary have their keys, in the order of the keys in every run")
    func dictionaries() throws {
        #expect(
            try paths(Branches()) == [
                "byName.deep.0.weight", "byName.wide.weight", "byNumber.9.weight", "byNumber.10.weight",
            ])
    }

    private struct Keyed: Layer {
        let branches: [String: Dense]

        func callAsFunction(_ input: Value) throws -> Value {
            try branches.values.reduce(Flatten()(input)) { try $1($0) }
        }
    }

    @Test("a key that cannot be part of a path is refused, with the key", arguments: ["a.b", ""])
    func keys(key: String) {
        let error = error { _ = try paths(Keyed(branches: [key: Dense(2)])) }
        #expect(error?.problem == "The dictionary `branches` holds layers under the key `\(key)`.")
        #expect(error?.remedy.contains("without dots") == true)
    }

    private enum Head: Layer {
        case linear(Dense)
        case hidden(Dense, last: Dense)
        case none

        func callAsFunction(_ input: Value) throws -> Value {
            switch self {
            case .linear(let layer): try layer(input)
            case .hidden(let layer, let last): try last(layer(input))
            case .none: input
            }
        }
    }

    private struct WithHead: Layer {
        let head: Head

        func callAsFunction(_ input: Value) throws -> Value { try head(Flatten()(input)) }
    }

    @Test("what a case of an enumeration holds is named as if it were stored itself")
    func enumerations() throws {
        #expect(try paths(WithHead(head: .linear(Dense(2)))) == ["head.weight", "head.bias"])
        let hidden = Head.hidden(Dense(3, bias: false), last: Dense(2, bias: false))
        #expect(try paths(WithHead(head: hidden)) == ["head.0.weight", "head.last.weight"])
        #expect(try paths(WithHead(head: .none)).isEmpty)
    }

    private class Base: Layer, @unchecked Sendable {
        // Unchecked: a subclass cannot be Sendable otherwise; all that is stored is constant.
        let first = Dense(3, bias: false)

        func callAsFunction(_ input: Value) throws -> Value { try first(Flatten()(input)) }
    }

    private final class Derived: Base, @unchecked Sendable {
        // Unchecked: as above.
        let second = Dense(2, bias: false)

        override func callAsFunction(_ input: Value) throws -> Value { try second(super.callAsFunction(input)) }
    }

    @Test("an object of a class that is a layer is walked, its superclass's properties first")
    func classes() throws {
        #expect(try paths(Derived()) == ["first.weight", "second.weight"])
        #expect(try paths(Sequential { Derived() }) == ["0.first.weight", "0.second.weight"])
    }

    private final class Circular: Layer, @unchecked Sendable {
        // Unchecked: changed by this test only, before the network is traced.
        var other: Circular?
        let dense = Dense(4, bias: false)

        func callAsFunction(_ input: Value) throws -> Value { try dense(Flatten()(input)) }
    }

    @Test("objects that refer to each other end the walk")
    func circles() throws {
        let network = Circular()
        network.other = network
        #expect(try paths(network) == ["dense.weight"])
        network.other = nil
    }

    @Test("two layers of one name are an error that says so")
    func sameName() {
        let network = Sequential {
            Flatten()
            Dense(3).named("fc")
            Dense(2).named("fc")
        }
        let error = error { _ = try paths(network) }
        #expect(error?.problem == "Two parameters have the path `fc.weight`.")
    }

    private final class Box: Sendable {
        let dense = Dense(2)
    }

    private struct Boxed: Layer {
        let box = Box()

        func callAsFunction(_ input: Value) throws -> Value { try box.dense(Flatten()(input)) }
    }

    private struct Enclosing: Layer {
        let make: @Sendable (Value) throws -> Value

        func callAsFunction(_ input: Value) throws -> Value { try make(Flatten()(input)) }
    }

    @Test("what cannot be looked into is named, and what can is listed")
    func opaque() {
        let boxed = error { _ = try paths(Boxed()) }
        #expect(boxed?.problem.contains("a parameter that the network does not hold") == true)
        #expect(boxed?.remedy.hasSuffix("Not looked into: `box` is an object of a class that is no Layer.") == true)
        let dense = Dense(2)
        let enclosed = error { _ = try paths(Enclosing { try dense($0) }) }
        #expect(enclosed?.remedy.contains("arrays, tuples, dictionaries or enumerations") == true)
    }
}
