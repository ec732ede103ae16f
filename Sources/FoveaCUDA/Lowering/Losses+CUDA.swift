import FoveaGraph

extension ProgramPlanner {
    /// Adds the kernel of cross-entropy with class indices: 32 threads share a row of logits.
    ///
    /// - Parameters:
    ///   - losses: where the losses go; nil where nobody wants them.
    ///   - gradient: where the gradient goes, with the upstream gradient; nil where nobody wants it.
    fileprivate mutating func addCrossEntropy(
        logits: PlannedValue, labels: PlannedValue, losses: PlannedValue?,
        gradient: (upstream: PlannedValue, result: PlannedValue)?
    ) {
        let (rows, classes) = (logits.type.shape[0], logits.type.shape[1])
        guard rows > 0 else { return }
        let type = KernelIndex.type(reaching: rows * classes + 256)
        var pointers = KernelPointers()
        let source = pointers.code(deviceView(of: logits))
        let label = pointers.code(deviceView(of: labels))
        func combined(_ combine: String) -> [String] {
            [
                "parts[threadIdx.y][threadIdx.x] = own;", "__syncthreads();",
                "for (unsigned half = 16; half > 0; half /= 2) {",
                "if (threadIdx.x < half) { const float other = parts[threadIdx.y][threadIdx.x + half]; "
                    + "own = \(combine); parts[threadIdx.y][threadIdx.x] = own; }",
                "__syncthreads();", "}",
            ]
        }
        var lines = [
            "__shared__ float parts[8][32];",
            "const \(type) row = blockIdx.x * 8u + threadIdx.y;",
            "const bool isRow = row < \(rows)u;",
            "const \(type) start = isRow ? row * \(classes)u : 0u;",
            "float own = -infinity();",
            "if (isRow) for (unsigned c = threadIdx.x; c < \(classes)u; c += 32u) own = maximum(own, \(source)[start + c]);",
        ]
        lines += combined("maximum(own, other)")
        lines += [
            "const float largest = parts[threadIdx.y][0];", "__syncthreads();", "own = 0.0f;",
            "if (isRow) for (unsigned c = threadIdx.x; c < \(classes)u; c += 32u) own += expf(\(source)[start + c] - largest);",
        ]
        lines += combined("own + other")
        lines += [
            "if (!isRow) return;",
            "const float logarithm = logf(parts[threadIdx.y][0]);",
            "const int label = \(label)[row];",
            "const bool isClass = label >= 0 && label < \(classes);",
        ]
        var written: [BufferID] = []
        if let losses {
            let target = view(of: losses)
            written.append(target.buffer)
            lines.append(
                "if (threadIdx.x == 0) \(pointers.code(target, isConst: false))[row] = "
                    + "isClass ? largest - \(source)[start + label] + logarithm : not_a_number();")
        }
        if let gradient {
            let target = view(of: gradient.result)
            written.append(target.buffer)
            lines += [
                "const float upstream = isClass ? \(pointers.code(deviceView(of: gradient.upstream)))[row] : not_a_number();",
                "for (unsigned c = threadIdx.x; c < \(classes)u; c += 32u)",
                "\(pointers.code(target, isConst: false))[start + c] = upstream * "
                    + "(expf(\(source)[start + c] - largest - logarithm) - (c == (unsigned)label ? 1.0f : 0.0f));",
            ]
        }
        let name = code.add(lines.joined(separator: "\n"), threads: 256)
        let launch = KernelLaunch(
            name: name, pointers: pointers.buffers, grid: ((rows + 7) / 8, 1), block: (32, 8), written: written)
        addLaunch(launch, implementation: "generated (\(name))")
    }
}

/// Cross-entropy with class indices: floats, but for the labels.
protocol DeviceCrossEntropy: DeviceLowerable {}

extension DeviceCrossEntropy {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[1].dataType == .int32 && operands[0].dataType == .float32
    }
}

extension SoftmaxCrossEntropy: DeviceCrossEntropy {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let losses = planner.makeValue(results[0])
        planner.addCrossEntropy(logits: operands[0], labels: operands[1], losses: losses, gradient: nil)
        return [losses]
    }
}

extension SoftmaxCrossEntropyGradient: DeviceCrossEntropy {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let gradient = planner.makeValue(results[0])
        planner.addCrossEntropy(
            logits: operands[0], labels: operands[1], losses: nil, gradient: (operands[2], gradient))
        return [gradient]
    }
}

extension FusedSoftmaxCrossEntropy: DeviceCrossEntropy {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let (losses, gradient) = (planner.makeValue(results[0]), planner.makeValue(results[1]))
        planner.addCrossEntropy(
            logits: operands[0], labels: operands[1], losses: losses, gradient: (operands[2], gradient))
        return [losses, gradient]
    }
}

extension ReduceMaximumGradient: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = operands[0].type.shape
        let reduction = ReduceSum(axes: axes, keepDimensions: true)
        let kept = try reduction.resultTypes(of: [operands[0].type])[0]
        // The maxima and their gradients by the coordinates of what was reduced.
        func spread(_ value: PlannedValue) -> Expression {
            let buffer = planner.buffer(of: value, strides: value.type.shape.strides)
            return .load(
                View(buffer: buffer, offset: 0, strides: kept.shape.strides, dataType: value.type.dataType)
                    .broadcast(from: kept.shape, to: shape))
        }
        let (maxima, upstream) = (spread(operands[1]), spread(operands[2]))
        let x = planner.expression(of: operands[0], over: shape)
        let wins = PlannedValue(
            operands[0].type, Expression.apply("($0 == $1 ? 1.0f : 0.0f)", [x, maxima]))
        let winners = try planner.reduce(wins, axes: reduction.reducedAxes(rank: shape.rank), by: reduction, kept)
        let share = Expression.apply("$0 / $1", [upstream, planner.expression(of: winners, over: shape)])
        return [PlannedValue(results[0], .apply("($0 == $1 ? $2 : 0.0f)", [x, maxima, share]))]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { shape == results[0].shape }
}

extension Gather: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[0].dataType.isDeviceFloat
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let (rows, width) = (operands[0].type.shape[0], operands[0].type.shape[1])
        let result = PlannedValue(
            results[0], planner.addBuffer(results[0].byteCount), strides: results[0].shape.strides)
        let target = planner.view(of: result)
        var pointers = KernelPointers()
        let table = pointers.code(planner.deviceView(of: operands[0]))
        let indices = pointers.code(planner.rowByRowView(of: operands[1]))
        let lines = [
            "const int row = \(indices)[i / \(max(1, width))u];",
            "\(pointers.code(target, isConst: false))[i] = row >= 0 && row < \(rows) ? "
                + "load(\(table) + (unsigned long long)row * \(width)u + i % \(max(1, width))u) : 0.0f;",
        ]
        planner.addEach(
            results[0].shape.elementCount, lines, pointers, written: [target.buffer],
            largestIndex: operands[0].type.shape.elementCount, implementation: "generated")
        return [result]
    }
}

extension GatherGradient: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[0].dataType.isDeviceFloat
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let (width, places) = (results[0].shape[1], operands[1].type.shape.elementCount)
        var pointers = KernelPointers()
        let upstream = pointers.code(planner.rowByRowView(of: operands[0]))
        let indices = pointers.code(planner.rowByRowView(of: operands[1]))
        let lines = [
            "const int row = (int)(i / \(max(1, width))u);",
            "const unsigned long long place = i, d = i % \(max(1, width))u;",
            "float sum = 0.0f;", "for (unsigned k = 0; k < \(places)u; k++)",
            "if (\(indices)[k] == row) sum += \(upstream)[(unsigned long long)k * \(width)u + d];",
        ]
        return [
            planner.addElements(lines, pointers, results[0], channel: "d", Epilogue(), implementation: "generated")
        ]
    }
}

extension ProgramPlanner {
    /// The value's elements row by row.
    mutating func rowByRowView(of value: PlannedValue) -> View {
        let strides = value.type.shape.strides
        return View(
            buffer: buffer(of: value, strides: strides), offset: 0, strides: strides, dataType: value.type.dataType)
    }
}
