import CFakeGPU
import CFoveaCUDA
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCUDA

/// NVIDIA's compiler and cuDNN where they are installed: neither needs a device to compile and to plan.
///
/// `FOVEA_CUDA_LIBRARIES` names the folders of a Python environment's wheels, or others.
private enum RealLibraries {
    static let search = LibrarySearch(environment: ProcessInfo.processInfo.environment)

    static let compiler: fovea_nvrtc? = {
        var calls = fovea_nvrtc()
        guard let library = try? search.openCompiler(),
            unsafe fovea_fill_nvrtc(library.handle, &calls) == nil
        else { return nil }
        return calls
    }()

    static let cudnn = CUDALibraries.cudnn(search)

    /// What cuDNN would read from an H100.
    static let device = """
        {"deviceVer":900,"multiProcessorCount":132,"warpSize":32,"maxSharedMemoryPerBlock":49152,\
        "maxSharedMemoryPerBlockOptin":232448,"reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,\
        "regsPerBlock":65536,"maxCtasPerSM":32,"maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,\
        "totalGlobalMem":85017493504,"smClockRateKHz":1980000,"memClockRateKHz":2619000,"l2CacheSize":52428800,\
        "maxBlockSize":[1024,1024,64],"maxGridSize":[2147483647,65535,65535],"supportCoopLaunch":1,"pciDeviceId":0,\
        "isTccDriver":0,"cudaDeviceId":0,"driverVer":13000,"deviceName":"NVIDIA H100 80GB HBM3"}
        """

    /// The graphs of a network as they reach the planner: a training step and inference.
    static func graphs(_ entry: ModelZoo.Entry) throws -> [Graph] {
        let network = TracedNetwork(entry.make(entry.classes), input: entry.input)
        let training = try TrainingGraph(
            network, objective: Classification(), rule: UpdateRule(SGD(learningRate: 0.1, momentum: 0.9)),
            batch: network.inputs.batched(32)
        ).graph
        let device = Device(try FakeGPU.backend())
        let inference = try InferenceGraph(network, batch: network.inputs.batched(1)).graph
        return try [training, inference].map { try device.optimized($0).graph }
    }
}

extension CUDATests {
    @Suite("NVIDIA's compiler and cuDNN, where they are installed")
    struct RealLibraryTests {
        init() { FakeGPU.reset() }

        @Test(
            "compile every kernel of the zoo for three generations",
            .enabled(if: RealLibraries.compiler != nil, "NVRTC was not found"),
            arguments: ModelZoo.entries.map(\.name))
        func compilation(name: String) throws {
            let compiler = KernelCompiler(
                libraries: CUDALibraries(
                    driver: fake_gpu_driver(), compiler: try #require(RealLibraries.compiler)))
            for graph in try RealLibraries.graphs(ModelZoo.entry(named: name)) {
                let planner = try ProgramPlanner(graph, with: DeviceLibraries(multiprocessors: 132))
                for source in planner.code.sources {
                    for capability in [80, 90, 100] {
                        #expect(try compiler.compile(source, capability: capability).count > 1000)
                    }
                }
            }
        }

        @Test(
            "every operation's kernels compile",
            .enabled(if: RealLibraries.compiler != nil, "NVRTC was not found"),
            arguments: try JoinedCases.all { !($0.operation is Cast) })
        func operations(joined: JoinedCases) throws {
            let compiler = KernelCompiler(
                libraries: CUDALibraries(
                    driver: fake_gpu_driver(), compiler: try #require(RealLibraries.compiler)))
            let graph = try Device(FakeGPU.backend()).optimized(joined.graph).graph
            let planner = try ProgramPlanner(graph, with: DeviceLibraries(multiprocessors: 132))
            for source in planner.code.sources {
                #expect(try compiler.compile(source, capability: 90).count > 500)
            }
        }

        @Test(
            "cuDNN has a plan for every convolution of the zoo, in strict float32, TF32 and bfloat16",
            .enabled(if: RealLibraries.cudnn != nil, "cuDNN was not found"),
            arguments: ModelZoo.entries.map(\.name))
        func plans(name: String) throws {
            let calls = try #require(RealLibraries.cudnn)
            let device = try ConvolutionChoices.properties(RealLibraries.device, calls)
            for (allowsTensorFloat32, type) in [(false, DataType.float32), (true, .float32), (false, .bfloat16)] {
                let choices = ConvolutionChoices(calls, device: device, allowsTensorFloat32: allowsTensorFloat32)
                let plans = ConvolutionPlans(choices, probe: { _, plans in plans })
                var (count, fusedCount) = (0, 0)
                for graph in try RealLibraries.graphs(ModelZoo.entry(named: name)) {
                    for node in graph.nodes {
                        guard let question = question(node, type, of: graph) else { continue }
                        count += 1
                        let plan = plans.plan(question)
                        #expect(plan != nil, "\(question)")
                        #expect(plan?.workspaceByteCount ?? 0 <= ConvolutionChoices.workspaceLimit)
                        if let fused = node.operation as? FusedConvolution, fused.hasBias, type == .bfloat16 {
                            var whole = question
                            let isPlain = fused.activation == FusedActivation(ReLU()) || fused.activation == nil
                            whole.epilogue = ConvolutionEpilogue(
                                addsResidual: fused.addsResidual, rectifier: fused.activation == nil ? .none : .atZero)
                            #expect(!isPlain || plans.plan(whole) != nil, "\(whole)")
                            fusedCount += isPlain ? 1 : 0
                        }
                        let again = try plan.flatMap { choices.plan(try $0.text(), engine: $0.engine) }
                        #expect(again?.workspaceByteCount == plan?.workspaceByteCount)
                    }
                }
                #expect(count > 5)
                if type == .bfloat16, name.hasPrefix("resnet") { #expect(fusedCount > 15) }
            }
        }

        /// What cuDNN is asked for a node; nil for those that are not its own.
        private func question(_ node: Node, _ type: DataType, of graph: Graph) -> ConvolutionQuestion? {
            let types = graph.types(of: node.operands)
            let shape: ConvolutionShape
            let kind: ConvolutionQuestion.Kind
            switch node.operation {
            case let own as FusedConvolution:
                shape = ConvolutionShape(
                    window: own.window, groups: own.convolution.groups, images: types[0].shape,
                    filters: types[1].shape, results: node.results[0].shape, dataType: type)
                kind = .forward
            case let own as Convolution:
                shape = ConvolutionShape(
                    window: own.window, groups: own.groups, images: types[0].shape, filters: types[1].shape,
                    results: node.results[0].shape, dataType: type)
                kind = .forward
            case let own as ConvolutionInputGradient:
                shape = ConvolutionShape(
                    window: own.window, groups: own.groups, images: own.inputShape, filters: types[1].shape,
                    results: types[0].shape, dataType: type)
                kind = .inputGradient
            case let own as ConvolutionFilterGradient:
                shape = ConvolutionShape(
                    window: own.window, groups: own.groups, images: types[0].shape,
                    filters: node.results[0].shape, results: types[1].shape, dataType: type)
                kind = .filterGradient
            default: return nil
            }
            return shape.isThin ? nil : shape.question(kind)
        }
    }
}
