import CFoveaCUDA
import FoveaGraph
import FoveaRuntime
import Synchronization

/// A program on a device: launches of kernels on planned places.
///
/// The first run puts each step on the stream; the second records them, and from then on a run is one call. Where recording
/// fails, every run puts each step on the stream, and ``steps`` say so.
final class CUDAExecutable: Executable, @unchecked Sendable {
    // Unchecked: used on the device's compute thread only.
    private let plannedSteps: [ExecutableStep]
    private let context: CUDAContext
    private let inputs: ProgramInputs
    private let outputs: ProgramOutputs
    private var recording = Recording.beforeFirstRun
    /// What is carried out only when a state has changed.
    private let preparations: [BoundStep]
    private let work: [BoundStep]
    /// The changes of each state when they were carried out.
    private var preparedChanges: [Int]?
    // What the addresses belong to.
    private let owned: [DeviceMemory]
    private let states: [CUDAState]
    private let updatesStates: Bool
    private let modules: [KernelModule]

    private enum Recording {
        case beforeFirstRun, beforeSecondRun
        case done(CapturedSteps)
        case impossible
    }

    /// A step with the addresses that it touches.
    private enum BoundStep: Sendable {
        case launch(KernelFunction, arguments: KernelArguments, grid: SIMD2<UInt32>, block: SIMD2<UInt32>)
        case convolution(BoundConvolution)
        case product(MatrixPlan, left: UInt64, right: UInt64, result: UInt64, workspace: UInt64)
    }

    init(
        _ graph: Graph, state: [String: any DeviceBuffer], modules: KernelModules, with libraries: DeviceLibraries,
        on context: CUDAContext
    ) throws {
        self.context = context
        let planner = try ProgramPlanner(graph, with: libraries)
        let plan = DeviceMemoryPlan(planner)
        let arena = try DeviceMemory(context, byteCount: plan.arenaByteCount, for: "a program's tensors")
        var (owned, states) = ([arena], [CUDAState]())
        var inputs = try ProgramInputs(planner.buffers, on: context)
        let addresses = try planner.buffers.enumerated().map { index, buffer -> UInt64 in
            let inArena = plan.offsets[BufferID(index: index)].map { arena.address + UInt64($0) } ?? 0
            switch buffer.home {
            case .arena: return inArena
            case .input(let position):
                if let address = inputs.address(ofSmall: position) { return address }
                inputs.addLarge(position, at: inArena, byteCount: buffer.byteCount)
                return inArena
            case .state(let name):
                guard let held = state[name] as? CUDAState else {
                    throw FoveaError(.internalDefect, "The state \(quoted(name)) does not lie on the device.")
                }
                states.append(held)
                return held.memory.address
            case .constant(let tensor):
                let memory = try DeviceMemory(context, byteCount: buffer.byteCount, for: "a constant")
                try unsafe tensor.withBytes { unsafe try context.upload($0, to: memory.address) }
                owned.append(memory)
                return memory.address
            case .table, .prepared:
                let memory = try DeviceMemory(context, byteCount: buffer.byteCount, for: "what depends on weights")
                owned.append(memory)
                return memory.address
            }
        }
        for (buffer, place) in zip(planner.buffers, addresses) {
            guard case .table(let table) = buffer.home else { continue }
            let words = table.map { word in
                switch word {
                case .number(let number): number
                case .address(let buffer, let byteOffset): addresses[buffer.index] + UInt64(byteOffset)
                }
            }
            try unsafe words.withUnsafeBytes { unsafe try context.upload($0, to: place) }
        }
        self.inputs = inputs
        outputs = ProgramOutputs(planner.outputs.map { ($0.type, addresses[$0.buffer.index]) }, on: context)
        let loaded = try modules.modules(planner.code.sources)
        let bound = try planner.steps.map { step -> BoundStep in
            switch step.work {
            case .launch(let launch):
                return .launch(
                    try loaded[planner.code.module(of: launch.name)].function(launch.name),
                    arguments: KernelArguments(launch.pointers.map { addresses[$0.index] }),
                    grid: SIMD2(UInt32(launch.grid.x), UInt32(launch.grid.y)),
                    block: SIMD2(UInt32(launch.block.x), UInt32(launch.block.y)))
            case .convolution(let plan, let tensors):
                guard let handle = libraries.cudnn else {
                    throw FoveaError(.internalDefect, "A convolution was planned for cuDNN, which is not there.")
                }
                return .convolution(
                    try BoundConvolution(
                        plan, tensors: tensors.all.mapValues { addresses[$0.index] },
                        workspace: tensors.workspace.map { addresses[$0.index] } ?? 0, on: handle))
            case .product(let plan, let matrices):
                return .product(
                    plan, left: addresses[matrices.left.index], right: addresses[matrices.right.index],
                    result: addresses[matrices.result.index],
                    workspace: matrices.workspace.map { addresses[$0.index] } ?? 0)
            }
        }
        preparations = Array(bound.prefix(planner.preparedCount))
        work = Array(bound.dropFirst(planner.preparedCount))
        updatesStates = !graph.updates.isEmpty
        plannedSteps = planner.steps.map {
            ExecutableStep(
                path: $0.path, operation: $0.operation, device: "cuda", implementation: $0.implementation,
                multiplyAdds: $0.multiplyAdds, byteCount: $0.byteCount)
        }
        self.owned = owned
        self.states = states
        self.modules = loaded
    }

    func run(_ given: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue] {
        try context.makeCurrent()
        try inputs.send(given)
        try prepare(stopwatch)
        if updatesStates {
            for state in states { state.noteChange() }
        }
        if let stopwatch {
            for step in work {
                try enqueue(step)
                try context.synchronize()
                stopwatch.lap()
            }
        } else {
            try start()
        }
        return try outputs.collected()
    }

    var steps: [ExecutableStep] {
        guard case .impossible = recording else { return plannedSteps }
        return plannedSteps.map {
            ExecutableStep(
                path: $0.path, operation: $0.operation, device: "cuda, not recorded", implementation: $0.implementation,
                multiplyAdds: $0.multiplyAdds, byteCount: $0.byteCount)
        }
    }

    /// Computes what depends on states alone, where one has changed.
    private func prepare(_ stopwatch: Stopwatch?) throws {
        guard !preparations.isEmpty else { return }
        let changes = states.map(\.changes)
        let isCurrent = changes == preparedChanges
        for step in preparations {
            if !isCurrent {
                try enqueue(step)
                if stopwatch != nil { try context.synchronize() }
            }
            stopwatch?.lap()
        }
        preparedChanges = changes
    }

    /// Puts all steps on the stream.
    private func start() throws {
        switch recording {
        case .done(let recorded): return try recorded.launch()
        // What the driver loads at a kernel's first launch cannot be loaded while it records.
        case .beforeFirstRun: recording = .beforeSecondRun
        case .beforeSecondRun:
            let recorded = context.recording.withLock { _ in
                try? CapturedSteps(context) { for step in work { try enqueue(step) } }
            }
            guard let recorded else {
                recording = .impossible
                break
            }
            recording = .done(recorded)
            return try recorded.launch()
        case .impossible: break
        }
        for step in work { try enqueue(step) }
    }

    private func enqueue(_ step: BoundStep) throws {
        switch step {
        case .launch(let function, let arguments, let grid, let block):
            try unsafe arguments.withPointers { parameters in
                try context.libraries.check(
                    unsafe context.driver.cuLaunchKernel(
                        function.handle, grid.x, grid.y, 1, block.x, block.y, 1, 0, context.stream, parameters, nil),
                    "launching a kernel")
            }
        case .convolution(let convolution):
            do {
                try convolution.enqueue()
            } catch {
                throw FoveaError(
                    .unavailable, "cuDNN failed at a convolution: \(error).",
                    remedy: "Look at fovea doctor, or use --device cpu.")
            }
        case .product(let plan, let left, let right, let result, let workspace):
            let status = unsafe plan.enqueue(
                left: left, right: right, result: result, workspace: workspace, stream: context.stream)
            guard status != 0 else { return }
            throw FoveaError(
                .unavailable, "cuBLASLt failed at a product with status \(status).",
                remedy: "Look at fovea doctor, or use --device cpu.")
        }
    }
}

/// The parameter of a kernel.
struct KernelArguments: Sendable {
    private let values: fovea_kernel_arguments

    init(_ addresses: [UInt64]) {
        var values = fovea_kernel_arguments()
        precondition(addresses.count <= KernelLaunch.pointerLimit, "kernels are made with few enough operands")
        unsafe withUnsafeMutableBytes(of: &values.pointers) { bytes in
            for (index, address) in addresses.enumerated() {
                unsafe bytes.storeBytes(of: address, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        self.values = values
    }

    /// Lends the array of parameters that a launch takes.
    func withPointers(_ body: (UnsafeMutablePointer<UnsafeMutableRawPointer?>?) throws -> Void) rethrows {
        var values = values
        try unsafe withUnsafeMutableBytes(of: &values) { bytes in
            var parameter = bytes.baseAddress
            try unsafe body(&parameter)
        }
    }
}
