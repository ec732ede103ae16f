import CFakeGPU
import FoveaCPU
import FoveaCUDA
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

extension CUDATests {
    @Suite("Networks on a CUDA device")
    struct NetworkTests {
        init() { FakeGPU.reset() }

        @Test("random networks compute what they compute on the reference, over several runs", arguments: 0..<12)
        func random(seed: UInt64) async throws {
            for training in [false, true] {
                let network = try RandomNetwork(seed: seed, training: training)
                let expected = try await results(of: network, on: ReferenceBackend())
                let given = try await results(of: network, on: FakeGPU.backend())
                #expect(given.map(\.name) == expected.map(\.name))
                for (given, wanted) in zip(given, expected) {
                    // A gradient may be nothing but rounding, such as that of a shift that a normalization undoes.
                    let scale: OperationCase.Scale = wanted.name.hasPrefix("momentum/") ? .element : .tensor
                    let failure = TensorComparison(given.tensor, wanted.tensor, tolerance: 1e-4, scale: scale).failure
                    #expect(failure == nil, "\(wanted.name): \(failure ?? "")\n\(network.graph)")
                }
                #expect(FakeGPU.misuse == nil)
            }
        }

        private func results(
            of network: RandomNetwork, on backend: any Backend
        ) async throws -> [(name: String, tensor: Tensor)] {
            let device = Device(backend)
            let program = try await device.compile(network.graph)
            try await program.states.write(network.states)
            #expect(program.fallbacks.isEmpty)
            var results: [(name: String, tensor: Tensor)] = []
            for run in 0..<3 {
                let outputs = try await device.run(program, network.inputs(run: run))
                for (name, tensor) in outputs.sorted(by: { $0.key < $1.key }) {
                    results.append(("\(name) of run \(run)", tensor))
                }
            }
            let names = network.graph.states.map(\.name)
            return results + zip(names, try await program.states.read(names)).map { (name: $0, tensor: $1) }
        }

        /// A training step of a network of the zoo.
        private func training(
            _ entry: ModelZoo.Entry, input: Shape, batch: Int, precision: Precision = .float32
        ) throws -> Graph {
            let network = TracedNetwork(entry.make(10), input: input, precision: precision)
            let rule = UpdateRule(SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4))
            return try TrainingGraph(
                network, objective: Classification(), rule: rule, batch: network.inputs.batched(batch)
            ).graph
        }

        @Test(
            "every network of the zoo is planned whole, in training and in inference",
            arguments: ModelZoo.entries.map(\.name))
        func zoo(name: String) throws {
            let entry = try ModelZoo.entry(named: name)
            let backend = try FakeGPU.backend()
            let device = Device(backend)
            let network = TracedNetwork(entry.make(entry.classes), input: entry.input)
            let inference = try InferenceGraph(network, batch: network.inputs.batched(4)).graph
            let mixed = try training(entry, input: entry.input, batch: 4, precision: .bfloat16)
            for graph in [try training(entry, input: entry.input, batch: 4), mixed, inference] {
                let optimized = try device.optimized(graph).graph
                let capabilities = backend.capabilities
                let left = optimized.nodes.filter { !capabilities.run($0, of: optimized) }
                #expect(left.isEmpty, "\(Set(left.map(\.operation.operationName)))")
                #expect(try backend.predictedByteCount(of: optimized, state: [:]) ?? 0 > 0)
            }
        }

        /// Inputs of a step: images, classes and a small learning rate.
        private func inputs(of program: Program) -> [String: Tensor] {
            let inputs = program.inputs.map { input -> (String, Tensor) in
                let generator = CounterBasedGenerator(seed: 2, purpose: input.name)
                let numbers = (0..<input.type.shape.elementCount).map { index -> Double in
                    if input.type.shape.rank == 0 { return 0.002 }
                    let word = generator.word(at: index)
                    return input.type.dataType == .int32 ? Double(word % 10) : Double(word) / 0x1p32
                }
                return (input.name, Tensor(elements: numbers, input.type))
            }
            return Dictionary(uniqueKeysWithValues: inputs)
        }

        /// Weights of random numbers, scales near 1, and slots of zeros.
        private func states(of graph: Graph) -> [(name: String, tensor: Tensor)] {
            graph.states.map { state in
                let generator = CounterBasedGenerator(seed: 1, purpose: state.name)
                let isScale = state.type.shape.rank == 1 && ["_var", "weight"].contains { state.name.hasSuffix($0) }
                let isSlot = state.name.contains("momentum")
                let fan = Double(max(1, state.type.shape.elementCount / max(1, state.type.shape.dimensions.first ?? 1)))
                let numbers = (0..<state.type.shape.elementCount).map { index -> Double in
                    let number = Double(generator.word(at: index)) / 0x1p32 - 0.5
                    return isSlot ? 0 : isScale ? 1 + number / 4 : number * (24 / fan).squareRoot()
                }
                return (state.name, Tensor(elements: numbers, state.type))
            }
        }

        @Test(
            "a training step gives the loss, the gradients and the weights that it gives on the CPU",
            arguments: ["lenet5", "resnet18", "squeezenet1_1"])
        func step(name: String) async throws {
            let entry = try ModelZoo.entry(named: name)
            let graph = try training(entry, input: name == "lenet5" ? entry.input : [3, 64, 64], batch: 4)
            var runs: [[(name: String, tensor: Tensor)]] = []
            let cpu = try CPUBackend(threads: 1, kernels: KernelSelection(.fixed))
            let devices: [any Backend] = [cpu, try FakeGPU.backend(), try FakeGPU.backend(withLibraries: true)]
            for backend in devices {
                let device = Device(backend)
                let program = try await device.compile(graph)
                try await program.states.write(states(of: graph))
                let loss = try #require(await device.run(program, inputs(of: program))["loss"])
                let names = graph.states.map(\.name)
                let after = zip(names, try await program.states.read(names)).map { (name: $0, tensor: $1) }
                runs.append([("loss", loss)] + after)
            }
            #expect(runs[0][0].tensor.isFinite)
            for (wanted, given) in zip(runs[0] + runs[0], runs[1] + runs[2]) {
                let failure = TensorComparison(given.tensor, wanted.tensor, tolerance: 1e-3, scale: .tensor).failure
                #expect(failure == nil, "\(name), \(wanted.name): \(failure ?? "")")
            }
            #expect(FakeGPU.misuse == nil)
            #expect(fake_gpu_library_runs() > 0)
        }

        @Test("in mixed precision a step has nearly the loss that it has in single precision, and losses fall")
        func mixedPrecision() async throws {
            let entry = try ModelZoo.entry(named: "lenet5")
            for withLibraries in [false, true] {
                var curves: [[Float]] = []
                for precision in [Precision.float32, .bfloat16] {
                    let graph = try training(entry, input: entry.input, batch: 8, precision: precision)
                    let device = Device(try FakeGPU.backend(withLibraries: withLibraries))
                    let program = try await device.compile(graph)
                    #expect(program.fallbacks.isEmpty)
                    try await program.states.write(states(of: graph))
                    var losses: [Float] = []
                    for _ in 0..<4 {
                        losses.append(try #require(await device.run(program, inputs(of: program))["loss"]).floats[0])
                    }
                    curves.append(losses)
                }
                #expect(curves[1][3] < curves[1][0])
                for (single, mixed) in zip(curves[0], curves[1]) {
                    #expect(abs(single - mixed) < 0.02 * abs(single), "\(curves)")
                }
                #expect(curves[0] != curves[1])
            }
            #expect(FakeGPU.misuse == nil)
        }

        @Test("from the second run on, a step is one call and two copies, without an allocation, and bits are the same")
        func recorded() async throws {
            let entry = try ModelZoo.entry(named: "lenet5")
            let graph = try training(entry, input: entry.input, batch: 8)
            var curves: [[Float]] = []
            for _ in 0..<2 {
                FakeGPU.reset()
                let device = Device(try FakeGPU.backend())
                let program = try await device.compile(graph)
                try await program.states.write(states(of: graph))
                var losses: [Float] = []
                for run in 0..<5 {
                    let names = ["cuLaunchKernel", "cuMemAlloc_v2", "cuMemHostAlloc", "cuStreamSynchronize"]
                    let before = names.map { unsafe fake_gpu_calls($0) }
                    let copies = unsafe fake_gpu_calls("cuMemcpyHtoDAsync_v2")
                    losses.append(try #require(await device.run(program, inputs(of: program))["loss"]).floats[0])
                    guard run > 1 else { continue }
                    #expect(names.map { unsafe fake_gpu_calls($0) } == before)
                    // The images, and all that is small. The loss comes by itself: nothing waits for the stream.
                    #expect(unsafe fake_gpu_calls("cuMemcpyHtoDAsync_v2") == copies + 2)
                }
                #expect(unsafe fake_gpu_calls("cuGraphLaunch") == 4)
                #expect(losses[4] < losses[0])
                curves.append(losses)
            }
            #expect(curves[0] == curves[1])
        }

        @Test("batches that are brought ahead give the same bits, without an allocation from the third on")
        func staged() async throws {
            let entry = try ModelZoo.entry(named: "lenet5")
            let graph = try training(entry, input: entry.input, batch: 8)
            var curves: [[Float]] = []
            for isAhead in [false, true] {
                FakeGPU.reset()
                let device = Device(try FakeGPU.backend())
                let program = try await device.compile(graph)
                try await program.states.write(states(of: graph))
                let inputs = inputs(of: program)
                // Another batch each time, which goes as soon as it is staged.
                func values(_ step: Int) async throws -> [String: any DeviceValue] {
                    let moved = inputs.mapValues { tensor in
                        tensor.shape.rank == 4
                            ? Tensor(elements: tensor.doubles.map { $0 + Double(step) / 8 }, tensor.type) : tensor
                    }
                    return isAhead ? try await device.stage(moved) : moved
                }
                var losses: [Float] = []
                var next = try await values(0)
                var counts: [Int] = []
                for step in 0..<6 {
                    let results = try await device.results(of: program, given: next)
                    next = try await values(step + 1)
                    losses.append(try #require(results["loss"]).read().floats[0])
                    counts.append(Int(unsafe fake_gpu_calls("cuMemAlloc_v2") + fake_gpu_calls("cuMemHostAlloc")))
                }
                #expect(counts[3] == counts[5], "\(counts)")
                #expect(unsafe fake_gpu_calls("cuStreamCreate") == (isAhead ? 2 : 1))
                curves.append(losses)
                #expect(FakeGPU.misuse == nil)
            }
            #expect(curves[0] == curves[1] && Set(curves[0]).count == 6)
        }

        @Test(
            "where a step cannot be recorded its parts are started one by one, and the program says so",
            arguments: [
                "cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphGetNodes", "cuGraphInstantiateWithFlags",
                "cuGraphUpload",
            ])
        func unrecordable(call: String) async throws {
            let entry = try ModelZoo.entry(named: "lenet5")
            let graph = try training(entry, input: entry.input, batch: 4)
            var curves: [[Float]] = []
            for fails in [false, true] {
                FakeGPU.reset()
                let device = Device(try FakeGPU.backend())
                let program = try await device.compile(graph)
                try await program.states.write(states(of: graph))
                if fails { unsafe fake_gpu_fail(call, 0, 2) }
                var losses: [Float] = []
                for _ in 0..<4 {
                    losses.append(try #require(await device.run(program, inputs(of: program))["loss"]).floats[0])
                }
                curves.append(losses)
                #expect(Set(program.steps.map(\.device)) == [fails ? "cuda, not recorded" : "cuda"])
                #expect(unsafe (fake_gpu_calls("cuGraphLaunch") == 0) == fails)
                #expect(unsafe fake_gpu_live("graph") == 0)
            }
            #expect(curves[0] == curves[1])
        }

        @Test("the new values of all states take a launch for each formula, and so do weights in another type")
        func joined() async throws {
            for (name, updates) in [("lenet5", 1), ("resnet18", 8)] {
                let entry = try ModelZoo.entry(named: name)
                let input: Shape = name == "lenet5" ? entry.input : [3, 64, 64]
                let network = TracedNetwork(entry.make(10), input: input, precision: .bfloat16)
                let graph = try TrainingGraph(
                    network, objective: Classification(), rule: UpdateRule(Adam(learningRate: 0.1)),
                    batch: network.inputs.batched(4)
                ).graph
                let device = Device(try FakeGPU.backend(withLibraries: true))
                let steps = try await device.compile(graph).steps
                // Running statistics differ in the number that corrects their variance.
                #expect((1...updates).contains(steps.count { $0.operation == "updates" }))
                #expect(steps.count { $0.operation == "states" } == 1)
                #expect(steps.first?.operation == "states" && steps.last?.operation == "updates")
            }
        }

        @Test("a normalization reads a tensor once for all that it sums, and once for its result")
        func normalization() async throws {
            let entry = try ModelZoo.entry(named: "resnet18")
            let graph = try training(entry, input: [3, 64, 64], batch: 4)
            let device = Device(try FakeGPU.backend(withLibraries: true))
            let steps = try await device.compile(graph).steps.filter { $0.path == "layer1.0.bn1" }
            let tensor = 4 * 64 * 16 * 16 * 4
            // Sums forward; backward sums and the result: the ReLU in front is computed again from what is normalized.
            #expect(steps.map { $0.byteCount / tensor }.filter { $0 > 0 } == [1, 2, 3])
        }

        @Test("a variance far smaller than the mean loses no digits", arguments: [0.0, 100, 10000])
        func distantMean(mean: Double) async throws {
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32([8, 3, 40, 40]))
            let (scale, bias) = (try builder.input("scale", .float32([3])), try builder.input("bias", .float32([3])))
            let results = try BatchNormalization().results(on: [x, scale, bias])
            builder.output("mean", results[1])
            builder.output("variance", results[2])
            let generator = CounterBasedGenerator(seed: 4, purpose: "noise")
            let inputs = [
                "x": Tensor(
                    elements: (0..<x.type.shape.elementCount).map { mean + Double(generator.word(at: $0)) / 0x1p32 },
                    x.type),
                "scale": Tensor(repeating: 2, scale.type), "bias": Tensor(repeating: 1, bias.type),
            ]
            var runs: [[String: Tensor]] = []
            for backend in [ReferenceBackend() as any Backend, try FakeGPU.backend()] {
                let device = Device(backend)
                runs.append(try await device.run(device.compile(builder.graph), inputs))
            }
            for (name, wanted) in runs[0] {
                let given = try #require(runs[1][name])
                let failure = TensorComparison(given, wanted, tolerance: 1e-5, scale: .tensor).failure
                #expect(failure == nil, "\(name): \(failure ?? "")")
            }
        }

        @Test("images that are brought as bytes are standardized to the same bits as on the host")
        func standardized() async throws {
            let shape: Shape = [2, 3, 4, 5]
            let graph = try StandardizationGraph(
                images: shape, mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225]
            ).graph
            let bytes = Tensor(
                elements: (0..<shape.elementCount).map { Double($0 * 37 % 256) }, TensorType(shape, .uint8))
            let device = Device(try FakeGPU.backend())
            let staged = try await device.stage([GraphName.images: bytes])
            let given = try await device.results(of: device.compile(graph), given: staged)
            let reference = Device(ReferenceBackend())
            let wanted = try await reference.run(reference.compile(graph), [GraphName.images: bytes])
            #expect(try given[GraphName.images]?.read() == wanted[GraphName.images])
            #expect(FakeGPU.misuse == nil)
        }

        @Test("what reads a state, or a view of it, sees its value from before the run")
        func statesReadLate() async throws {
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32([2, 3]))
            let state = try builder.state("state", .float32([2, 3]))
            let other = try builder.state("other", .float32([2, 3]))
            let view = try Transposition(permutation: [1, 0]).applied(to: state)
            let moved = try state + x
            builder.update("state", to: moved)
            builder.update("other", to: state)
            builder.output("view", try view * 2)
            builder.output("old", state)
            builder.output("otherOld", other)
            let input = Tensor(repeating: 1, x.type)
            var runs: [[String: Tensor]] = []
            for backend in [ReferenceBackend() as any Backend, try FakeGPU.backend()] {
                let device = Device(backend)
                let program = try await device.compile(builder.graph)
                var results: [String: Tensor] = [:]
                for run in 0..<3 {
                    for (name, tensor) in try await device.run(program, ["x": input]) {
                        results["\(name) of run \(run)"] = tensor
                    }
                }
                for (name, tensor) in zip(["state", "other"], try await program.states.read(["state", "other"])) {
                    results[name] = tensor
                }
                runs.append(results)
            }
            #expect(runs[0] == runs[1])
            #expect(runs[1]["old of run 2"]?.floats[0] == 2)
            #expect(FakeGPU.misuse == nil)
        }

        @Test("memory is predicted within 5 % before any is taken", arguments: [false, true])
        func prediction(withLibraries: Bool) async throws {
            let entry = try ModelZoo.entry(named: "resnet18")
            let graph = try training(entry, input: [3, 64, 64], batch: 8)
            let device = Device(try FakeGPU.backend(withLibraries: withLibraries))
            let states = DeviceStates(on: device)
            let optimized = try device.optimized(graph)
            let predicted = try #require(await device.predictedByteCount(of: optimized, states: states))
            #expect(fake_gpu_allocated_bytes() == 0)
            let program = try await device.compile(optimized, states: states)
            _ = try await device.run(program, inputs(of: program))
            let taken = Double(fake_gpu_allocated_bytes())
            #expect(abs(Double(predicted) - taken) < 0.05 * taken, "\(predicted) predicted, \(taken) taken")
        }

        @Test("a step whose loss is not finite leaves every state as it was")
        func notFinite() async throws {
            let entry = try ModelZoo.entry(named: "lenet5")
            let graph = try training(entry, input: entry.input, batch: 4)
            let device = Device(try FakeGPU.backend())
            let program = try await device.compile(graph)
            let before = states(of: graph)
            try await program.states.write(before)
            var inputs = inputs(of: program)
            for (name, tensor) in inputs where tensor.shape.rank == 4 {
                inputs[name] = Tensor(repeating: .infinity, tensor.type)
            }
            let loss = try #require(await device.run(program, inputs)["loss"])
            #expect(!loss.isFinite)
            let after = try await program.states.read(before.map(\.name))
            for (old, new) in zip(before, after) { #expect(old.tensor == new, "\(old.name)") }
        }
    }
}
