import CFoveaCPU
import FoveaGraph
import FoveaRuntime

/// The kernel that runs a convolution or one of its gradients: an algorithm and an implementation of it, chosen among
/// oneDNN's and the hand-written ones for the same layouts of images.
///
/// Direct kernels multiply and add as in the definition; Winograd's transform tiles of the image so that a 3×3 filter
/// takes a quarter of the multiplications (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
struct ConvolutionKernel {
    enum Kind: String {
        case forward, inference
        case inputGradient = "input gradient"
        case filterGradient = "filter gradient"

        var oneDNN: dnnl_prop_kind_t {
            switch self {
            case .forward: dnnl_forward_training
            case .inference: dnnl_forward_inference
            case .inputGradient: dnnl_backward_data
            case .filterGradient: dnnl_backward_weights
            }
        }

        fileprivate var isGradient: Bool { self == .inputGradient || self == .filterGradient }

        fileprivate var images: Argument { self == .inputGradient ? .sourceGradient : .source }

        fileprivate var results: Argument {
            switch self {
            case .forward, .inference: .destination
            case .inputGradient, .filterGradient: .destinationGradient
            }
        }
    }

    /// The operations that follow a forward convolution in the same kernel.
    struct Epilogue: Hashable {
        var addsToResult = false
        var activation: Elementwise?
    }

    /// Everything that the choice of a kernel depends on.
    struct Problem: Hashable {
        fileprivate let kind: Kind
        fileprivate let geometry: ConvolutionGeometry
        fileprivate let epilogue: Epilogue
    }

    enum Work {
        /// One of oneDNN's; `threads` is nil where all run it.
        case primitive(PrimitiveDescriptor, threads: Int?)
        case handWritten(any HandWrittenConvolution)
    }

    let work: Work
    /// What it was chosen for.
    let question: String
    /// Whether NaN or an infinity may be mistaken: a bound hides NaN, and the transform of tiles subtracts infinities
    /// from each other.
    let mayMistakeNonFinite: Bool

    /// The kernel for a node; the same one for all nodes of a program with the same problem.
    ///
    /// - Throws: ``FoveaError`` when oneDNN has no kernel.
    init(_ kind: Kind, _ geometry: ConvolutionGeometry, _ epilogue: Epilogue = Epilogue(), for node: NodeLowering)
        throws
    {
        self = try node.kernel(for: Problem(kind: kind, geometry: geometry, epilogue: epilogue)) { problem in
            try ConvolutionKernel(choosingFor: problem, node)
        }
    }

    private init(choosingFor problem: Problem, _ node: NodeLowering) throws {
        let question = try ConvolutionQuestion(problem.kind, problem.geometry, problem.epilogue, node)
        let text = question.text
        let candidates = try question.candidates(upTo: node.selection.known(text))
        let position = try node.selection.choose(
            text, among: candidates.map { KernelCandidate($0.name, threads: $0.threads(of: node.engine.threads)) },
            preferred: question.preferred(among: candidates)
        ) { contest in
            try node.timing { try $0.time(try candidates.map(question.timed), in: &contest) }
        }
        self.question = text
        work = candidates[position].work(threads: node.engine.threads)
        mayMistakeNonFinite = candidates[position].mayMistakeNonFinite(before: problem.epilogue.activation)
    }
}

/// One of the kernels that could run a convolution.
private struct ConvolutionCandidate {
    enum Kind {
        case primitive(PrimitiveDescriptor, dnnl_alg_kind_t, threads: Int)
        case handWritten(any HandWrittenConvolution)
    }

    let kind: Kind
    /// The implementation, and the number of threads that run it if not all do.
    let name: String
    static let oneThread = " on one thread"

    init(_ descriptor: PrimitiveDescriptor, _ algorithm: dnnl_alg_kind_t, threads: Int, suffix: String = "") {
        kind = .primitive(descriptor, algorithm, threads: threads)
        name = descriptor.implementation + suffix
    }

    init(_ own: any HandWrittenConvolution) {
        kind = .handWritten(own)
        name = "fovea:\(own.name)"
    }

    var isWinograd: Bool {
        switch kind {
        case .primitive(_, let algorithm, _): algorithm == dnnl_convolution_winograd
        case .handWritten(let own): own is WinogradConvolution
        }
    }

    /// oneDNN's clamping turns NaN into a bound, and Winograd's transform subtracts infinities from each other.
    func mayMistakeNonFinite(before activation: Elementwise?) -> Bool {
        if case .handWritten(let own) = kind { return own.mayMistakeNonFinite }
        return isWinograd || activation?.clamps ?? false
    }

    /// The number of threads that run it.
    func threads(of all: Int) -> Int {
        if case .primitive(_, _, let threads) = kind { threads } else { all }
    }

    func work(threads all: Int) -> ConvolutionKernel.Work {
        switch kind {
        case .primitive(let descriptor, _, let threads): .primitive(descriptor, threads: threads == all ? nil : threads)
        case .handWritten(let own): .handWritten(own)
        }
    }
}

/// A convolution that needs a kernel.
private struct ConvolutionQuestion {
    private let kind: ConvolutionKernel.Kind
    private let geometry: ConvolutionGeometry
    private let epilogue: ConvolutionKernel.Epilogue
    private let node: NodeLowering
    private var problem: fovea_convolution
    /// The layouts of images and results that neighbours use too.
    private let usual: (images: Layout, results: Layout)

    init(
        _ kind: ConvolutionKernel.Kind, _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionKernel.Epilogue,
        _ node: NodeLowering
    ) throws {
        self.kind = kind
        self.geometry = geometry
        self.epilogue = epilogue
        self.node = node
        problem = fovea_convolution(
            kind: kind == .inference ? dnnl_forward_training : kind.oneDNN,
            images: try Layout.any(geometry.images.dimensions).descriptor,
            filters: try Layout.any(geometry.groupedFilters).descriptor,
            bias: geometry.withBias ? try Layout(plain: [geometry.filters[0]]).descriptor : Layout.absent.descriptor,
            results: try Layout.any(geometry.results.dimensions).descriptor, window: geometry.window.oneDNN,
            adds_to_result: false, activation: dnnl_alg_kind_undef, alpha: 0, beta: 0)
        // The layouts of images are those that direct kernels for training prefer, whichever runs in the end: so
        // neighbours agree, and nothing is reordered between them.
        let free = problem
        let direct = try Self.first(problem, node)
        usual = (images: direct.layout(of: kind.images), results: direct.layout(of: kind.results))
        problem.images = usual.images.descriptor
        problem.results = usual.results.descriptor
        problem.kind = kind.oneDNN
        problem.adds_to_result = epilogue.addsToResult
        if let activation = epilogue.activation {
            problem.activation = activation.algorithm
            problem.alpha = activation.alpha
            problem.beta = activation.beta
        }
        // oneDNN requires a forward convolution in the same layouts before it returns a gradient's kernel, and does not
        // always have one: then it may choose the layouts itself.
        if kind.isGradient, (try? Self.first(problem, node)) == nil {
            (problem.images, problem.results) = (free.images, free.results)
        }
    }

    /// The text of the question, under which choices are remembered.
    var text: String {
        func sizes(_ number: (Window.Axis) -> Int) -> String { geometry.window.axes.map(number).sizeText }
        var text =
            "convolution \(kind.rawValue) \(geometry.images) by \(geometry.groupedFilters.sizeText)"
        // Dilation in oneDNN's count, from 0: choices are kept under this text.
        text += ", stride \(sizes(\.stride)), dilation \(sizes { $0.dilation - 1 })"
        text += ", padding \(sizes(\.before)) \(sizes(\.after))"
        if geometry.withBias { text += ", bias" }
        if problem.adds_to_result { text += ", sum" }
        if problem.activation != dnnl_alg_kind_undef { text += ", activation \(problem.activation.rawValue)" }
        return text
    }

    /// The kernels worth trying, for all threads and, where there is little to do, for one.
    ///
    /// - Parameter last: the name of the wanted one: the search ends there.
    func candidates(upTo last: String?) throws -> [ConvolutionCandidate] {
        let all = node.engine.threads
        let isSmall = all > 1 && geometry.multiplyAdds < 4_000_000
        let own = handWritten.filter { !node.isCareful || !$0.mayMistakeNonFinite }.map { ConvolutionCandidate($0) }
        if let wanted = own.first(where: { $0.name == last }) { return [wanted] }
        var found: [ConvolutionCandidate] = []
        var twins: [String: Int] = [:]
        for threads in isSmall ? [all, 1] : [all] {
            let suffix = threads == all ? "" : ConvolutionCandidate.oneThread
            let lastImplementation = last.flatMap { $0.hasSuffix(suffix) ? String($0.dropLast(suffix.count)) : nil }
            for algorithm in node.isCareful
                ? [dnnl_convolution_direct] : [dnnl_convolution_direct, dnnl_convolution_winograd]
            {
                let implementations =
                    (try? onThreads(threads) {
                        try Self.implementations(problem, algorithm, upTo: lastImplementation, node)
                    }) ?? []
                for descriptor in implementations {
                    let name = descriptor.implementation
                    // The definition, and matrix products of patches that are copied first: never the fastest.
                    guard !name.contains("ref"), !name.contains("gemm"), !name.contains("sse41") else { continue }
                    // Two of the same name would be remembered as one.
                    twins[name + suffix, default: 0] += 1
                    let number = twins[name + suffix].flatMap { $0 > 1 ? " (\($0))" : nil } ?? ""
                    let candidate = ConvolutionCandidate(
                        descriptor, algorithm, threads: threads, suffix: number + suffix)
                    found.append(candidate)
                    if candidate.name == last { return found }
                }
            }
        }
        if found.isEmpty {
            found.append(ConvolutionCandidate(try Self.first(problem, node), dnnl_convolution_direct, threads: all))
        }
        return found + own
    }

    /// The hand-written kernels that could run it.
    private var handWritten: [any HandWrittenConvolution] {
        let threads = node.engine.threads
        let depthwise = DepthwiseConvolution(
            kind, geometry, epilogue, images: usual.images, results: usual.results, threads: threads)
        let winograd = WinogradConvolution.kernels(
            kind, geometry, epilogue, images: usual.images, results: usual.results, threads: threads)
        let depthwiseGradient = DepthwiseFilterGradient(
            kind, geometry, images: usual.images, results: usual.results, threads: threads)
        let panels = PanelFilterGradient(
            kind, geometry, images: usual.images, results: usual.results, threads: threads)
        let own: [(any HandWrittenConvolution)?] = [depthwise, depthwiseGradient, panels]
        return own.compactMap(\.self) + winograd
    }

    /// The choice where nothing is timed: Winograd where there are enough tiles to fill its matrix products.
    func preferred(among candidates: [ConvolutionCandidate]) -> Int {
        let tiles = geometry.results.spatialSizes.reduce(geometry.results[0]) { $0 * (($1 + 3) / 4) }
        let isDeep = min(geometry.filters[0], geometry.filters[1]) >= 64
        guard tiles >= 16, isDeep else { return 0 }
        return candidates.firstIndex { $0.isWinograd } ?? 0
    }

    func timed(_ candidate: ConvolutionCandidate) throws -> KernelTimer.Candidate {
        switch candidate.kind {
        case .handWritten(let own): return try own.timed()
        case .primitive(let descriptor, _, let threads):
            let arguments: [Argument] =
                switch kind {
                case .forward, .inference: [.source, .weights, .bias, .destination, .scratchpad]
                case .inputGradient: [.destinationGradient, .weights, .sourceGradient, .scratchpad]
                case .filterGradient: [.source, .destinationGradient, .weightsGradient, .scratchpad]
                }
            return try onThreads(threads) {
                try descriptor.timed(arguments, threads: threads, on: node.engine, for: node.purpose)
            }
        }
    }

    /// oneDNN divides the work among the current number of threads when a kernel is made.
    private func onThreads<Result>(_ count: Int, _ make: () throws -> Result) rethrows -> Result {
        fovea_set_thread_count(Int32(count))
        defer { fovea_set_thread_count(Int32(node.engine.threads)) }
        return try make()
    }

    /// oneDNN's preferred direct implementation.
    private static func first(_ problem: fovea_convolution, _ node: NodeLowering) throws -> PrimitiveDescriptor {
        try implementations(problem, dnnl_convolution_direct, count: 1, node)[0]
    }

    /// oneDNN's implementations, its preferred one first.
    ///
    /// - Parameters:
    ///   - last: the name of the wanted one: the search ends there.
    ///   - count: number of implementations to look for.
    /// - Throws: ``FoveaError`` when there is none.
    private static func implementations(
        _ problem: fovea_convolution, _ algorithm: dnnl_alg_kind_t, upTo last: String? = nil, count capacity: Int = 16,
        _ node: NodeLowering
    ) throws -> [PrimitiveDescriptor] {
        var problem = problem
        return try unsafe PrimitiveDescriptor.several(atMost: capacity, for: node.purpose) { found, count in
            unsafe fovea_convolution_implementations(
                node.context, &problem, algorithm, last, found, Int32(capacity), count)
        }
    }
}
