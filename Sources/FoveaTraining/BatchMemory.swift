import FoveaCPU
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// A check that batches of a network fit in a device's memory, by planning its graphs before anything is allocated.
struct BatchMemory: Sendable {
    /// The network's states, which count as taken where they exist.
    let states: DeviceStates
    /// The use of a batch, for the error: `training`.
    let purpose: String
    /// The types of one example's inputs.
    let inputs: Named<TensorType>
    /// The graph for the inputs of a batch.
    let graph: @Sendable (_ batch: Named<TensorType>) throws -> OptimizedGraph

    private var device: Device { states.device }

    /// Throws unless the program of a graph fits, before it is compiled.
    ///
    /// - Parameter count: number of examples that the graph was traced for.
    /// - Throws: ``FoveaError`` with the memory needed, the memory available, and the largest batch that fits.
    func require(_ traced: OptimizedGraph, for count: Int) async throws {
        guard let available = device.backend.availableByteCount,
            let need = try await shortage(of: traced, available)
        else { return }
        let fitting = try await largest(below: count, need, available)
        let others = inputs.areImages ? "smaller images, or \(AvailableMemory.more)" : AvailableMemory.more
        throw FoveaError(
            .unavailable,
            "Not enough memory: \(purpose) on \(inputs.text(ofExamples: count)) at a time would take "
                + "\(need.isExact ? "" : "more than ")\(byteCountText(need.byteCount)) of memory, and "
                + "\(byteCountText(available)) are available.",
            remedy: fitting > 0
                ? "Use a batch size of at most \(fitting), \(inputs.areImages ? "" : "or ")\(others)."
                : "Not even one \(inputs.noun) at a time fits: use a smaller network, \(inputs.areImages ? "" : "or ")"
                    + "\(others).")
    }

    /// The largest batch size up to `count` that fits.
    ///
    /// - Throws: as ``require(_:for:)`` when not even one example does.
    func fitting(upTo count: Int) async throws -> Int {
        let whole = try graph(inputs.batched(count))
        guard let available = device.backend.availableByteCount, let need = try await shortage(of: whole, available)
        else { return count }
        let found = try await largest(below: count, need, available)
        if found == 0 { try await require(whole, for: count) }
        return max(1, found)
    }

    /// The first of `limit`, a half of it, a quarter and so on whose program takes no more memory than the device's programs
    /// hold already; nil where not even one example's does.
    func fittingBesidePrograms(upTo limit: Int) async throws -> Int? {
        var count = limit
        while true {
            let graph = try graph(inputs.batched(count))
            let given = graph.graph.inputs.reduce(0) { saturatingSum($0, $1.type.byteCount) }
            if try await device.predictedByteCount(of: graph, states: states) ?? 0 <= given { return count }
            if count <= 1 { return nil }
            count = (count + 1) / 2
        }
    }

    /// Memory that a graph needs.
    private struct Need {
        let byteCount: Int
        /// False for a lower bound that already does not fit.
        let isExact: Bool
    }

    /// The memory that a graph needs, if that is too much.
    private func shortage(of graph: OptimizedGraph, _ available: Int) async throws -> Need? {
        guard await device.upperByteCount(of: graph, states: states) > available else { return nil }
        let need = try await need(of: graph, available)
        return need.byteCount > available ? need : nil
    }

    /// A graph with a tensor that does not fit is not planned: kernels refuse absurd sizes.
    private func need(of graph: OptimizedGraph, _ available: Int) async throws -> Need {
        let largest = graph.graph.nodes.flatMap(\.results).map(\.byteCount).max() ?? 0
        if largest > available { return Need(byteCount: largest, isExact: false) }
        return Need(byteCount: try await device.predictedByteCount(of: graph, states: states) ?? 0, isExact: true)
    }

    /// The largest batch size that fits, where `count` does not; 0 for none.
    ///
    /// Searches the multiples of 16 where 16 fit: kernels that take 16 images side by side need less than those for one
    /// image more or less.
    private func largest(below count: Int, _ whole: Need, _ available: Int) async throws -> Int {
        let found = try await largest(below: count, whole, available, unit: 16)
        return found > 0 ? found : try await largest(below: count, whole, available, unit: 1)
    }

    /// The largest multiple of `unit`.
    ///
    /// A program's memory grows about linearly with the batch, so each guess lies on the line between the largest batch
    /// that is known to fit and the smallest that is known not to.
    private func largest(below count: Int, _ whole: Need, _ available: Int, unit: Int) async throws -> Int {
        func need(_ units: Int) async throws -> Int {
            try await self.need(of: graph(inputs.batched(units * unit)), available).byteCount
        }
        guard count > unit else { return 0 }
        var fits = (units: 1, byteCount: try await need(1))
        guard fits.byteCount <= available else { return 0 }
        var exceeds = (units: (count + unit - 1) / unit, byteCount: whole.byteCount)
        for _ in 0..<Self.rounds where exceeds.units - fits.units > max(1, fits.units / Self.precision) {
            let distance = Double(exceeds.units - fits.units)
            let part = Double(available - fits.byteCount) / Double(exceeds.byteCount - fits.byteCount)
            let guess = fits.units + Int(min(distance - 1, max(1, distance * part)))
            let wanted = try await need(guess)
            if wanted <= available { fits = (guess, wanted) } else { exceeds = (guess, wanted) }
        }
        return fits.units * unit
    }

    /// The search ends when the gap between what fits and what does not is below 1/`precision`.
    private static let precision = 50
    private static let rounds = 12
}

extension Named<TensorType> {
    /// Whether an example is one image.
    fileprivate var areImages: Bool { count == 1 && names == [GraphName.images] && first?.1.shape.rank == 3 }

    fileprivate var noun: String { areImages ? "image" : "example" }

    private var first: (String, TensorType)? { first { _ in true } }

    /// `3 images of 1×28×28`, `3 examples of picture 1×8×8, vector 5`.
    fileprivate func text(ofExamples count: Int) -> String {
        let parts = map { areImages ? "\($1.shape)" : "\(quoted($0)) \($1.shape)" }.joined(separator: ", ")
        return "\(count) \(noun)\(count == 1 ? "" : "s") of \(parts)"
    }
}
