import FoveaGraph

/// The sizes of a convolution that its three products share.
struct ConvolutionShape {
    let window: Window
    let groups: Int
    let images: Shape
    let filters: Shape
    let results: Shape
    let dataType: DataType

    /// Channels of the images and filters of each group.
    var channelsPerGroup: Int { filters[1] }
    var filtersPerGroup: Int { max(1, filters[0] / groups) }
    var placeCount: Int { window.placeCount }
    /// Number of pixels of all images, and of positions.
    var pixelCount: Int { images[0] * images.pixelCount }
    var positionCount: Int { results[0] * results.pixelCount }
    var largestIndex: Int {
        (max(images.elementCount, filters.elementCount, results.elementCount, pixelCount) + TiledProduct.tile * 64) * 2
    }

    /// Whether tiles of a product would be nearly empty: each thread computes whole sums instead.
    var isThin: Bool { groups > 1 && min(channelsPerGroup, filtersPerGroup) < 8 }

    func question(_ kind: ConvolutionQuestion.Kind) -> ConvolutionQuestion {
        ConvolutionQuestion(
            kind: kind, window: window, images: images, filters: filters, results: results,
            dataType: dataType)
    }

    var code: WindowCode {
        WindowCode(
            window: window, images: images.spatialSizes, results: results.spatialSizes,
            type: KernelIndex.type(reaching: largestIndex))
    }
}

extension Convolution: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let epilogue = Epilogue(bias: operands.count == 3 ? operands[2] : nil)
        return [lower(operands, results[0], epilogue, with: &planner)]
    }

    fileprivate func lower(
        _ operands: [PlannedValue], _ type: TensorType, _ epilogue: Epilogue, with planner: inout ProgramPlanner
    ) -> PlannedValue {
        let shape = ConvolutionShape(
            window: window, groups: groups, images: operands[0].type.shape, filters: operands[1].type.shape,
            results: type.shape, dataType: type.dataType)
        let work = multiplyAdds(operands: operands.map(\.type), results: [type])
        if !shape.isThin, let fused = epilogue.inConvolution, planner.isResultStored() {
            var question = shape.question(.forward)
            question.epilogue = fused
            let result = planner.addLibraryConvolution(
                question, images: operands[0], filters: operands[1], results: nil, residual: epilogue.residual,
                bias: epilogue.bias, type, multiplyAdds: work)
            if let result { return result }
        }
        if !shape.isThin,
            let result = planner.addLibraryConvolution(
                shape.question(.forward), images: operands[0], filters: operands[1], results: nil, type,
                multiplyAdds: work)
        {
            return planner.following(result, epilogue)
        }
        var pointers = KernelPointers()
        let images = pointers.code(planner.deviceView(of: operands[0]))
        let filters = pointers.code(planner.deviceView(of: operands[1]))
        let (code, pixel) = (shape.code, shape.code.pixel())
        let (channels, own) = (shape.images[1], shape.channelsPerGroup)
        let source = "\(code.number("p", of: code.images)) * \(channels)u + group * \(own)u + c"
        if shape.isThin {
            let lines =
                code.split("i / \(type.shape[1])u", code.results, into: "o", rest: "n")
                + [
                    "const \(code.type) filter = i % \(type.shape[1])u, group = filter / \(shape.filtersPerGroup)u;",
                    "const \(code.type) place = i;", "float sum = 0.0f;",
                ] + code.eachPlace + pixel.lines + [
                    "if (\(pixel.isInside))", "for (\(code.type) c = 0; c < \(own)u; c++)",
                    "sum += \(images)[\(source)] * \(filters)[(filter * \(shape.placeCount)u + tap) * \(own)u + c];",
                    "}",
                ]
            return planner.addElements(
                lines, pointers, type, channel: "filter", epilogue, implementation: "direct convolution",
                multiplyAdds: work)
        }
        let left =
            code.split("row", code.results, into: "o", rest: "n")
            + ["const \(code.type) c = k % \(own)u;"]
            + code.split("k / \(own)u", window.kernel, into: "t", rest: "none") + pixel.lines
            + ["(void)none;", "if (\(pixel.isInside)) value = \(images)[\(source)];"]
        let depth = shape.placeCount * own
        let product = TiledProduct(
            rows: shape.positionCount, columns: shape.filtersPerGroup, depth: depth, groups: groups,
            left: left.joined(separator: "\n"),
            right: "value = \(filters)[(group * \(shape.filtersPerGroup)u + column) * \(depth)u + k];",
            leftFollowsDepth: true, rightFollowsDepth: true,
            place: "row * \(type.shape[1])u + group * \(shape.filtersPerGroup)u + column",
            largestIndex: shape.largestIndex)
        return planner.add(
            product, pointers, type: type, channel: "group * \(shape.filtersPerGroup)u + column", epilogue: epilogue,
            implementation: "generated convolution", multiplyAdds: work)
    }
}

extension FusedConvolution: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        (activation == nil || activation?.operation is any DeviceFunction)
            && (operands + results).allSatisfy(\.dataType.isDeviceFloat)
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let epilogue = Epilogue(
            bias: hasBias ? operands[2] : nil, residual: addsResidual ? operands[convolutionOperandCount] : nil,
            activation: activation?.operation as? any DeviceFunction)
        return [convolution.lower(operands, results[0], epilogue, with: &planner)]
    }
}

extension ConvolutionInputGradient: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = ConvolutionShape(
            window: window, groups: groups, images: inputShape, filters: operands[1].type.shape,
            results: operands[0].type.shape, dataType: results[0].dataType)
        let work = multiplyAdds(operands: operands.map(\.type), results: results)
        if !shape.isThin,
            let result = planner.addLibraryConvolution(
                shape.question(.inputGradient), images: nil, filters: operands[1], results: operands[0], results[0],
                multiplyAdds: work)
        {
            return [result]
        }
        var pointers = KernelPointers()
        let upstream = pointers.code(planner.deviceView(of: operands[0]))
        let filters = pointers.code(planner.deviceView(of: operands[1]))
        let (code, position) = (shape.code, shape.code.position())
        let (channels, own, mine) = (shape.images[1], shape.channelsPerGroup, shape.filtersPerGroup)
        let source = "\(code.number("o", of: code.results)) * \(shape.results[1])u + group * \(mine)u + f"
        let filter = "((group * \(mine)u + f) * \(shape.placeCount)u + tap) * \(own)u"
        if shape.isThin {
            let lines =
                code.split("i / \(channels)u", code.images, into: "p", rest: "n")
                + [
                    "const \(code.type) channel = i % \(channels)u, group = channel / \(own)u;",
                    "const \(code.type) place = i;", "float sum = 0.0f;",
                ] + code.eachPlace + position.lines + [
                    "if (\(position.isInside))", "for (\(code.type) f = 0; f < \(mine)u; f++)",
                    "sum += \(upstream)[\(source)] * \(filters)[\(filter) + channel % \(own)u];", "}",
                ]
            return [
                planner.addElements(
                    lines, pointers, results[0], channel: "channel", Epilogue(), implementation: "direct convolution",
                    multiplyAdds: work)
            ]
        }
        let left =
            code.split("row", code.images, into: "p", rest: "n")
            + ["const \(code.type) f = k % \(mine)u;"]
            + code.split("k / \(mine)u", window.kernel, into: "t", rest: "none") + position.lines
            + ["(void)none;", "if (\(position.isInside)) value = \(upstream)[\(source)];"]
        let product = TiledProduct(
            rows: shape.pixelCount, columns: own, depth: shape.placeCount * mine, groups: groups,
            left: left.joined(separator: "\n"),
            right: "const \(code.type) f = k % \(mine)u, tap = k / \(mine)u;\nvalue = \(filters)[\(filter) + column];",
            leftFollowsDepth: true, rightFollowsDepth: false,
            place: "row * \(channels)u + group * \(own)u + column", largestIndex: shape.largestIndex)
        return [
            planner.add(
                product, pointers, type: results[0], channel: "column", implementation: "generated convolution",
                multiplyAdds: work)
        ]
    }
}

extension ConvolutionFilterGradient: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        // The gradient of the bias is a sum of its own.
        !withBias && (operands + results).allSatisfy(\.dataType.isDeviceFloat)
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = ConvolutionShape(
            window: window, groups: groups, images: operands[0].type.shape, filters: results[0].shape,
            results: operands[1].type.shape, dataType: results[0].dataType)
        let work = multiplyAdds(operands: operands.map(\.type), results: results)
        if !shape.isThin,
            let result = planner.addLibraryConvolution(
                shape.question(.filterGradient), images: operands[0], filters: nil, results: operands[1], results[0],
                multiplyAdds: work)
        {
            return [result]
        }
        var pointers = KernelPointers()
        let images = pointers.code(planner.deviceView(of: operands[0]))
        let upstream = pointers.code(planner.deviceView(of: operands[1]))
        let (code, pixel) = (shape.code, shape.code.pixel())
        let (channels, own, mine) = (shape.images[1], shape.channelsPerGroup, shape.filtersPerGroup)
        let source = "\(code.number("p", of: code.images)) * \(channels)u + group * \(own)u + c"
        let columns = shape.placeCount * own
        if shape.isThin {
            return [
                planner.addThinFilterGradient(shape, pointers, images, upstream, results[0], multiplyAdds: work)
            ]
        }
        let right =
            code.split("k", code.results, into: "o", rest: "n")
            + ["const \(code.type) c = column % \(own)u;"]
            + code.split("column / \(own)u", window.kernel, into: "t", rest: "none") + pixel.lines
            + ["(void)none;", "if (\(pixel.isInside)) value = \(images)[\(source)];"]
        let product = TiledProduct(
            rows: mine, columns: columns, depth: shape.positionCount, groups: groups,
            left: "value = \(upstream)[k * \(shape.results[1])u + group * \(mine)u + row];",
            right: right.joined(separator: "\n"), leftFollowsDepth: false, rightFollowsDepth: false,
            place: "(group * \(mine)u + row) * \(columns)u + column", largestIndex: shape.largestIndex)
        return [
            planner.add(
                product, pointers, type: results[0], channel: "column", implementation: "generated convolution",
                multiplyAdds: work)
        ]
    }
}
