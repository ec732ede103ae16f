import FoveaGraph

extension Window {
    fileprivate func deviceCode(_ images: Shape, _ results: Shape) -> WindowCode {
        WindowCode(
            window: self, images: images.spatialSizes, results: results.spatialSizes,
            type: KernelIndex.type(reaching: 2 * max(images.elementCount, results.elementCount)))
    }
}

extension MaxPooling: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[0].dataType.isDeviceFloat
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let (images, pooled) = (operands[0].type.shape, results[0].shape)
        let code = window.deviceCode(images, pooled)
        let (pixel, channels) = (code.pixel(), images[1])
        var pointers = KernelPointers()
        let source = pointers.code(planner.deviceView(of: operands[0]))
        let (maxima, places) = (planner.makeValue(results[0]), planner.makeValue(results[1]))
        let (maximaView, placesView) = (planner.view(of: maxima), planner.view(of: places))
        let lines =
            code.split("i / \(channels)u", code.results, into: "o", rest: "n")
            + ["const \(code.type) c = i % \(channels)u;", "float best = -infinity();", "int winner = -1;"]
            + code.eachPlace + pixel.lines + [
                "if (\(pixel.isInside)) {",
                "const float x = \(source)[\(code.number("p", of: code.images)) * \(channels)u + c];",
                "if (winner < 0 || x > best || is_nan(x)) { best = x; winner = (int)tap; }", "}", "}",
                "\(pointers.code(maximaView, isConst: false))[i] = best;",
                "\(pointers.code(placesView, isConst: false))[i] = winner;",
            ]
        planner.addEach(
            pooled.elementCount, lines, pointers, written: [maximaView.buffer, placesView.buffer],
            largestIndex: images.elementCount, implementation: "generated")
        return [maxima, places]
    }
}

extension MaxPoolingGradient: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[1].dataType.isDeviceFloat
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let pooled = operands[1].type.shape
        let code = window.deviceCode(inputShape, pooled)
        let (position, channels) = (code.position(), inputShape[1])
        var pointers = KernelPointers()
        let places = pointers.code(planner.deviceView(of: operands[0]))
        let upstream = pointers.code(planner.deviceView(of: operands[1]))
        let lines =
            code.split("i / \(channels)u", code.images, into: "p", rest: "n")
            + ["const \(code.type) c = i % \(channels)u, place = i;", "float sum = 0.0f;"]
            + code.eachPlace + position.lines + [
                "if (\(position.isInside)) {",
                "const \(code.type) at = \(code.number("o", of: code.results)) * \(channels)u + c;",
                "if (\(places)[at] == (int)tap) sum += \(upstream)[at];", "}", "}",
            ]
        return [
            planner.addElements(lines, pointers, results[0], channel: "c", Epilogue(), implementation: "generated")
        ]
    }
}

extension AveragePooling: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let images = operands[0].type.shape
        let code = window.deviceCode(images, results[0].shape)
        let (pixel, channels) = (code.pixel(), images[1])
        var pointers = KernelPointers()
        let source = pointers.code(planner.deviceView(of: operands[0]))
        let lines =
            code.split("i / \(channels)u", code.results, into: "o", rest: "n")
            + [
                "const \(code.type) c = i % \(channels)u, place = i;", "float sum = 0.0f;",
                "unsigned count = \(countIncludingPadding ? window.placeCount : 0)u;",
            ] + code.eachPlace + pixel.lines + [
                "if (\(pixel.isInside)) {",
                "sum += \(source)[\(code.number("p", of: code.images)) * \(channels)u + c];",
                countIncludingPadding ? "" : "count++;", "}", "}", "sum /= (float)count;",
            ]
        return [
            planner.addElements(lines, pointers, results[0], channel: "c", Epilogue(), implementation: "generated")
        ]
    }
}

extension AveragePoolingGradient: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let pooled = operands[0].type.shape
        let code = window.deviceCode(inputShape, pooled)
        let (position, channels) = (code.position(), inputShape[1])
        var pointers = KernelPointers()
        let upstream = pointers.code(planner.deviceView(of: operands[0]))
        let lines =
            code.split("i / \(channels)u", code.images, into: "p", rest: "n")
            + ["const \(code.type) c = i % \(channels)u, place = i;", "float sum = 0.0f;"]
            + code.eachPlace + position.lines + [
                "if (\(position.isInside))",
                "sum += \(upstream)[\(code.number("o", of: code.results)) * \(channels)u + c] / \(count(code));", "}",
            ]
        return [
            planner.addElements(lines, pointers, results[0], channel: "c", Epilogue(), implementation: "generated")
        ]
    }

    /// The number of pixels that the result at position `o…` is the mean of.
    private func count(_ code: WindowCode) -> String {
        if countIncludingPadding { return "\(window.placeCount).0f" }
        // Along each axis the places whose pixel lies in the image: the window is convex, its places equally spaced.
        let factors = window.axes.indices.map { axis in
            let (own, size) = (window.axes[axis], code.images[axis])
            let start = "((int)o\(axis) * \(own.stride) - \(own.before))"
            return "places_inside(\(start), \(own.dilation), \(own.kernel), \(size))"
        }
        return "(float)(\(factors.joined(separator: " * ")))"
    }
}
