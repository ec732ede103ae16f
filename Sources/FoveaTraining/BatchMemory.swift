import FoveaCPU
import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// Whether batches of a network fit in a device's memory, told by planning its graphs before anything is allocated.
struct BatchMemory: Sendable {
    /// The network's, which count as taken where they are there.
    let states: DeviceStates
    /// What is done with a batch, for the error: `training`.
    let purpose: String
    /// The graph for a shape of images, the batch first.
    let graph: @Sendable (_ images: Shape) throws -> OptimizedGraph

    private var device: Device { states.device }

    /// Throws unless the program of a graph fits, before it is compiled.
    ///
    /// - Parameters:
    ///   - images: the shape that the network was traced for.
    /// - Throws: ``FoveaError`` with what it would take, what there is, and the largest batch that fits.
    func require(_ traced: OptimizedGraph, for images: Shape) async throws {
        guard let available = device.backend.availableByteCount,
            let need = try await shortage(of: traced, available)
        else { return }
        let image = images.dimensions.dropFirst().map(String.init).joined(separator: "×")
        let fitting = try await largest(below: images, need, available)
        let others = "smaller images, or \(AvailableMemory.more)"
        throw FoveaError(
            .unavailable,
            "Not enough memory: \(purpose) on \(images[0]) image\(images[0] == 1 ? "" : "s") of \(image) at a time would take "
                + "\(need.isExact ? "" : "more than ")\(byteCountText(need.byteCount)) of memory, and "
                + "\(byteCountText(available)) are available.",
            remedy: fitting > 0
                ? "Use a batch size of at most \(fitting), \(others)."
                : "Not even one image at a time fits: use a smaller network, \(others).")
    }

    /// The largest batch size up to that of `images` that fits.
    ///
    /// - Throws: as ``require(_:for:)`` when not even one image does.
    func fitting(upTo images: Shape) async throws -> Int {
        let whole = try graph(images)
        guard let available = device.backend.availableByteCount, let need = try await shortage(of: whole, available)
        else { return images[0] }
        let found = try await largest(below: images, need, available)
        if found == 0 { try await require(whole, for: images) }
        return max(1, found)
    }

    /// How much memory a graph takes.
    private struct Need {
        let byteCount: Int
        /// False for what is enough to know that it does not fit.
        let isExact: Bool
    }

    /// What a graph takes, if that is too much.
    private func shortage(of graph: OptimizedGraph, _ available: Int) async throws -> Need? {
        guard await device.upperByteCount(of: graph, states: states) > available else { return nil }
        let need = try await need(of: graph, available)
        return need.byteCount > available ? need : nil
    }

    /// What no plan can bring down is not planned: kernels refuse absurd sizes.
    private func need(of graph: OptimizedGraph, _ available: Int) async throws -> Need {
        let largest = graph.graph.nodes.flatMap(\.results).map(\.byteCount).max() ?? 0
        if largest > available { return Need(byteCount: largest, isExact: false) }
        return Need(byteCount: try await device.predictedByteCount(of: graph, states: states) ?? 0, isExact: true)
    }

    /// The largest batch size that fits, where `images` do not; 0 for none.
    ///
    /// Looks among multiples of 16 where so many fit: kernels that take 16 images side by side need less than those for one
    /// image more or less.
    private func largest(below images: Shape, _ whole: Need, _ available: Int) async throws -> Int {
        let found = try await largest(below: images, whole, available, unit: 16)
        return found > 0 ? found : try await largest(below: images, whole, available, unit: 1)
    }

    /// The largest multiple of `unit`.
    ///
    /// What a program takes grows about linearly with the batch, so each guess lies on the line between the largest that is
    /// known to fit and the smallest that is known not to.
    private func largest(below images: Shape, _ whole: Need, _ available: Int, unit: Int) async throws -> Int {
        func need(_ units: Int) async throws -> Int {
            let smaller = try graph(Shape([units * unit] + images.dimensions.dropFirst()))
            return try await self.need(of: smaller, available).byteCount
        }
        guard images[0] > unit else { return 0 }
        var fits = (units: 1, byteCount: try await need(1))
        guard fits.byteCount <= available else { return 0 }
        var exceeds = (units: (images[0] + unit - 1) / unit, byteCount: whole.byteCount)
        for _ in 0..<Self.rounds where exceeds.units - fits.units > max(1, fits.units / Self.precision) {
            let distance = Double(exceeds.units - fits.units)
            let part = Double(available - fits.byteCount) / Double(exceeds.byteCount - fits.byteCount)
            let guess = fits.units + Int(min(distance - 1, max(1, distance * part)))
            let wanted = try await need(guess)
            if wanted <= available { fits = (guess, wanted) } else { exceeds = (guess, wanted) }
        }
        return fits.units * unit
    }

    /// The search ends when what fits and what does not are closer than a part in so many.
    private static let precision = 50
    private static let rounds = 12
}
