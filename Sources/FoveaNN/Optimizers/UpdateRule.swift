import FoveaGraph

/// The rule by which training changes a network: the optimizer of each parameter, and the treatment of gradients before
/// an update and of weights after it.
public struct UpdateRule: Sendable {
    /// Updates the parameters that no group claims, and those of groups without an optimizer.
    public var optimizer: any Optimizer
    public var groups: [ParameterGroup]
    /// The largest Euclidean norm of all gradients together; larger ones are scaled down to it. Nil for no limit.
    ///
    /// Same numbers as `torch.nn.utils.clip_grad_norm_`.
    public var clipNorm: Double?
    /// The number of batches whose gradients are averaged for one update.
    public var batchesPerUpdate: Int
    /// The average of the weights that is kept beside them, if any.
    public var averaging: WeightAveraging?

    public init(
        _ optimizer: any Optimizer, groups: [ParameterGroup] = [], clipNorm: Double? = nil, batchesPerUpdate: Int = 1,
        averaging: WeightAveraging? = nil
    ) {
        self.optimizer = optimizer
        self.groups = groups
        self.clipNorm = clipNorm
        self.batchesPerUpdate = batchesPerUpdate
        self.averaging = averaging
    }

    /// - Throws: ``FoveaError`` when a setting is invalid.
    public func validate() throws {
        try optimizer.validate()
        try averaging?.validate()
        for group in groups {
            try group.optimizer?.validate()
            try expect(
                group.learningRateFactor, in: 0..., "learning-rate factor of the group `\(group.title)`",
                "a number of at least 0")
            if let weightDecay = group.weightDecay {
                try expect(
                    weightDecay, in: 0..., "weight decay of the group `\(group.title)`", "a number of at least 0")
            }
        }
        if let clipNorm, !(clipNorm > 0 && clipNorm.isFinite) {
            throw FoveaError(
                .usage, "The norm that gradients are clipped to is \(clipNorm).", remedy: "Use a number above 0.")
        }
        guard batchesPerUpdate >= 1 else {
            throw FoveaError(
                .usage, "An update of \(batchesPerUpdate) batches was asked for.", remedy: "Use at least 1 batch.")
        }
    }

    /// The parameters and statistics that training leaves unchanged.
    public var frozen: [PathPattern] { groups.filter(\.isFrozen).flatMap(\.patterns) }

    /// The update of one parameter.
    struct Treatment {
        let parameter: ParameterDeclaration
        let optimizer: any Optimizer
        /// Before the schedule.
        let learningRate: Double
    }

    /// The trainable parameters that are not frozen, in order, each with its treatment.
    ///
    /// - Throws: ``FoveaError`` when a group's pattern matches no parameter, when two groups claim one, or when none is
    ///   left to train.
    func treatments(of parameters: [ParameterDeclaration]) throws -> [Treatment] {
        try expectMatches(parameters.map(\.path))
        let treatments = try parameters.compactMap { parameter -> Treatment? in
            let claims = groups.filter { $0.contains(parameter.path) }
            guard claims.count <= 1 else {
                throw FoveaError(
                    .usage,
                    "The groups \(claims.map { "`\($0.title)`" }.joined(separator: " and ")) both claim the parameter "
                        + "`\(parameter.path)`.",
                    remedy: "Narrow the patterns so that each parameter belongs to one group.")
            }
            guard parameter.role == .trainable, claims.first?.isFrozen != true else { return nil }
            let group = claims.first
            let own = group?.optimizer ?? optimizer
            return Treatment(
                parameter: parameter, optimizer: group?.weightDecay.map { own.withWeightDecay($0) } ?? own,
                learningRate: own.learningRate * (group?.learningRateFactor ?? 1))
        }
        guard !treatments.isEmpty || !parameters.contains(where: { $0.role == .trainable }) else {
            throw FoveaError(
                .usage, "All parameters of the network are frozen; there is nothing to train.",
                remedy: "Leave a layer out of the frozen groups.")
        }
        return treatments
    }

    private func expectMatches(_ paths: [String]) throws {
        for pattern in groups.flatMap(\.patterns) where !paths.contains(where: pattern.matches) {
            let nearest = nearestPaths(to: pattern.text, among: paths)
            throw FoveaError(
                .usage, "The pattern `\(pattern)` matches no parameter of the network.",
                remedy: nearest.isEmpty
                    ? "Use a path as `fovea summary` shows it, with * for any letters."
                    : "Did you mean \(nearest.map { "`\($0)`" }.joined(separator: " or "))?")
        }
    }

    /// Up to three paths of parameters, or of layers that hold them, that are close to the typed one.
    private func nearestPaths(to typed: String, among paths: [String]) -> [String] {
        var candidates: [String] = []
        for path in paths {
            let components = path.split(separator: ".")
            for count in 1...components.count {
                let prefix = components.prefix(count).joined(separator: ".")
                if !candidates.contains(prefix) { candidates.append(prefix) }
            }
        }
        var nearest: [String] = []
        while nearest.count < 3, let name = nearestName(to: typed, among: candidates) {
            nearest.append(name)
            candidates.removeAll { $0 == name }
        }
        return nearest
    }
}
