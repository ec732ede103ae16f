import FoveaGraph

/// What follows a product or a convolution in the same kernel: y = f(sum + bias + residual).
struct Epilogue {
    /// One number for each column of the result.
    var bias: PlannedValue?
    /// Of the result's shape.
    var residual: PlannedValue?
    var activation: (any DeviceFunction)?

    /// The part of a convolution of cuDNN's that does the same; nil where there is none, or nothing to do.
    var inConvolution: ConvolutionEpilogue? {
        guard bias != nil else { return nil }
        let rectifier: ConvolutionEpilogue.Rectifier
        switch activation {
        case nil: rectifier = .none
        case is ReLU: rectifier = .atZero
        case is ReLU6: rectifier = .toSix
        default: return nil
        }
        return ConvolutionEpilogue(addsResidual: residual != nil, rectifier: rectifier)
    }
}

extension ProgramPlanner {
    /// Adds a product whose result's elements lie at `place` in a new buffer of a type, and what follows it.
    ///
    /// - Parameter channel: the number of a result's column among all groups', given `column` and `group`.
    mutating func add(
        _ product: TiledProduct, _ pointers: KernelPointers, type: TensorType, channel: String,
        epilogue: Epilogue = Epilogue(), implementation: String, multiplyAdds: Int
    ) -> PlannedValue {
        let result = makeValue(type)
        guard type.shape.elementCount > 0 else { return result }
        let target = view(of: result)
        let slices = product.slices(multiprocessors: multiprocessors)
        var pointers = pointers
        guard slices > 1 else {
            let write = write(epilogue, channel: channel, to: target, &pointers)
            let launch = product.launch(pointers, slices: 1, written: target.buffer, write: write, adding: &code)
            addLaunch(launch, implementation: "\(implementation) (\(launch.name))", multiplyAdds: multiplyAdds)
            return result
        }
        return addInSlices(product, pointers, slices, result, epilogue, implementation, multiplyAdds)
    }

    /// The statements that write the number `sum` and what follows it at the offset `place`.
    mutating func write(
        _ epilogue: Epilogue, channel: String, to target: View, _ pointers: inout KernelPointers
    ) -> String {
        var value = "sum"
        if let bias = epilogue.bias {
            let view = View(buffer: buffer(of: bias), offset: 0, strides: [1], dataType: bias.type.dataType)
            value = "(\(value) + \(pointers.code(view))[\(channel)])"
        }
        if let residual = epilogue.residual {
            let view = View(buffer: buffer(of: residual), offset: 0, strides: [], dataType: residual.type.dataType)
            value = "(\(value) + \(pointers.code(view))[place])"
        }
        let code = epilogue.activation.map { $0.deviceCode.replacing("$0", with: "value") } ?? "value"
        return "const float value = \(value);\n\(pointers.code(target, isConst: false))[place] = \(code);"
    }

    /// The parts of the sums, which a second kernel adds in order.
    private mutating func addInSlices(
        _ product: TiledProduct, _ given: KernelPointers, _ slices: Int, _ result: PlannedValue, _ epilogue: Epilogue,
        _ implementation: String, _ multiplyAdds: Int
    ) -> PlannedValue {
        let (shape, target) = (result.type.shape, view(of: result))
        let count = shape.elementCount
        let partial = addBuffer(saturatingProduct(count * 4, slices))
        var pointers = given
        let part = View(buffer: partial, offset: 0, strides: [], dataType: .float32)
        let all = "(\(product.indexType))\(count)\(KernelIndex.suffix(product.indexType))"
        let write = "\(pointers.code(part, isConst: false))[slice * \(all) + place] = sum;"
        let launch = product.launch(pointers, slices: slices, written: partial, write: write, adding: &code)
        addLaunch(launch, implementation: "\(implementation) (\(launch.name))", multiplyAdds: multiplyAdds)
        let sums =
            epilogue.bias == nil && epilogue.residual == nil && epilogue.activation == nil
            ? result : makeValue(result.type)
        let place = View(
            buffer: view(of: sums).buffer, offset: 0, strides: target.strides, dataType: target.dataType)
        addSlices(slices, of: partial, shape, into: place)
        guard case .expression(let value) = following(sums, epilogue).content else { return result }
        store(value, shape, in: target)
        return result
    }
}

extension MatrixMultiplication: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        [lower(operands, results[0], activation: nil, with: &planner)]
    }

    fileprivate func lower(
        _ operands: [PlannedValue], _ type: TensorType, activation: (any DeviceFunction)?,
        with planner: inout ProgramPlanner
    ) -> PlannedValue {
        let depth = operands[0].type.shape[transposingLeft ? 0 : 1]
        let work = multiplyAdds(operands: operands.map(\.type), results: [type])
        let epilogue = Epilogue(bias: operands.count == 3 ? operands[2] : nil, activation: activation)
        let question = MatrixQuestion(
            rows: type.shape[0], columns: type.shape[1], depth: depth, transposingLeft: transposingLeft,
            transposingRight: transposingRight, dataType: type.dataType)
        if let result = planner.addLibraryProduct(question, operands[0], operands[1], type, multiplyAdds: work) {
            return planner.following(result, epilogue)
        }
        let (left, right) = (planner.view(of: operands[0]), planner.view(of: operands[1]))
        // The strides along rows, columns and the inner axis.
        let (leftRow, leftDepth) = (left.strides[transposingLeft ? 1 : 0], left.strides[transposingLeft ? 0 : 1])
        let (rightDepth, rightColumn) = (
            right.strides[transposingRight ? 1 : 0], right.strides[transposingRight ? 0 : 1]
        )
        var pointers = KernelPointers()
        let (rows, columns) = (type.shape[0], type.shape[1])
        let largest = [rows * columns, rows * leftRow + depth * leftDepth, depth * rightDepth + columns * rightColumn]
        let product = TiledProduct(
            rows: rows, columns: columns, depth: depth,
            left: "value = \(pointers.code(left))[row * \(leftRow)u + k * \(leftDepth)u];",
            right: "value = \(pointers.code(right))[k * \(rightDepth)u + column * \(rightColumn)u];",
            leftFollowsDepth: leftDepth == 1, rightFollowsDepth: rightDepth == 1,
            place: "row * \(columns)u + column", largestIndex: (largest.max() ?? 0) + TiledProduct.tile * 64)
        return planner.add(
            product, pointers, type: type, channel: "column",
            epilogue: epilogue, implementation: "generated product", multiplyAdds: work)
    }
}

extension FusedMatrixMultiplication: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        activation.operation is any DeviceFunction && (operands + results).allSatisfy(\.dataType.isDeviceFloat)
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        [
            multiplication.lower(
                operands, results[0], activation: activation.operation as? any DeviceFunction, with: &planner)
        ]
    }
}
