import FoveaGraph

extension ProgramPlanner {
    /// The value's elements in the device's order.
    mutating func deviceView(of value: PlannedValue) -> View {
        let shape = value.type.shape
        return View(buffer: buffer(of: value), offset: 0, strides: shape.deviceStrides, dataType: value.type.dataType)
    }

    /// Adds a kernel whose threads each compute some results: statements that declare `sum` and `place`, given the number
    /// `i` of a result, and what follows.
    mutating func addElements(
        _ lines: [String], _ pointers: KernelPointers, _ type: TensorType, channel: String, _ epilogue: Epilogue,
        implementation: String, multiplyAdds: Int = 0
    ) -> PlannedValue {
        let result = makeValue(type)
        var pointers = pointers
        let write = write(epilogue, channel: channel, to: view(of: result), &pointers)
        addEach(
            type.shape.elementCount, lines + [write], pointers, written: [view(of: result).buffer],
            largestIndex: type.shape.elementCount, implementation: implementation, multiplyAdds: multiplyAdds)
        return result
    }

    /// Adds a kernel that runs statements for each number `i` below a count.
    ///
    /// - Parameter largestIndex: the largest number that the statements' indices of the type of `i` reach.
    mutating func addEach(
        _ count: Int, _ lines: [String], _ pointers: KernelPointers, written: [BufferID], largestIndex: Int,
        implementation: String, multiplyAdds: Int = 0
    ) {
        guard count > 0 else { return }
        let threads = 256
        let blocks = min((count + threads - 1) / threads, multiprocessors * 16)
        let type = KernelIndex.type(reaching: max(largestIndex, count) + blocks * threads)
        let header =
            "for (\(type) i = blockIdx.x * (\(type))blockDim.x + threadIdx.x; i < \(count)\(KernelIndex.suffix(type)); "
            + "i += gridDim.x * (\(type))blockDim.x) {"
        let body = ([header] + lines + ["}"]).joined(separator: "\n")
        let launch = KernelLaunch(
            name: code.add(body, threads: threads), pointers: pointers.buffers, grid: (blocks, 1), block: (threads, 1),
            written: written)
        addLaunch(launch, implementation: "\(implementation) (\(launch.name))", multiplyAdds: multiplyAdds)
    }

    /// Filters' gradients of groups with few channels: neighbouring threads have neighbouring filters, blocks share the
    /// positions, and a second kernel adds their sums in order.
    mutating func addThinFilterGradient(
        _ shape: ConvolutionShape, _ given: KernelPointers, _ images: String, _ upstream: String, _ type: TensorType,
        multiplyAdds: Int
    ) -> PlannedValue {
        let result = makeValue(type)
        guard type.shape.elementCount > 0 else { return result }
        var pointers = given
        let (code, pixel) = (shape.code, shape.code.pixel())
        let (filters, own) = (shape.filters[0], shape.channelsPerGroup)
        let (columns, rows, threads) = (32, 8, 256)
        let tiles = (filters + columns - 1) / columns
        let taps = shape.placeCount * own
        let useful = max(1, shape.positionCount / (rows * 8))
        let slices = max(1, min(64, min(useful, 4 * multiprocessors / max(1, tiles * taps))))
        let count = type.shape.elementCount
        let partial = addBuffer(saturatingProduct(slices, count * 4))
        let length = (shape.positionCount + slices - 1) / slices
        let source =
            "\(code.number("p", of: code.images)) * \(shape.images[1])u + filter / \(shape.filtersPerGroup)u * \(own)u + c"
        var lines = [
            "__shared__ float parts[\(threads)];",
            "const \(code.type) filter = blockIdx.x % \(tiles)u * \(columns)u + threadIdx.x;",
            "const \(code.type) element = blockIdx.x / \(tiles)u, c = element % \(own)u;",
        ]
        lines += code.split("element / \(own)u", shape.window.kernel, into: "t", rest: "none")
        lines += [
            "(void)none;", "float sum = 0.0f;",
            "const \(code.type) first = blockIdx.y * \(length)u;",
            "const \(code.type) end = min(first + \(length)u, (\(code.type))\(shape.positionCount)u);",
            "if (filter < \(filters)u)",
            "for (\(code.type) k = first + threadIdx.y; k < end; k += \(rows)u) {",
        ]
        lines += code.split("k", code.results, into: "o", rest: "n") + pixel.lines
        let part = View(buffer: partial, offset: 0, strides: [], dataType: .float32)
        lines += [
            "if (\(pixel.isInside)) sum += \(images)[\(source)] * \(upstream)[k * \(filters)u + filter];", "}",
            "parts[threadIdx.y * \(columns)u + threadIdx.x] = sum;", "__syncthreads();",
            "if (threadIdx.y != 0 || filter >= \(filters)u) return;",
            "for (unsigned row = 1; row < \(rows)u; row++) sum += parts[row * \(columns)u + threadIdx.x];",
            "\(pointers.code(part, isConst: false))[blockIdx.y * (\(code.type))\(count)u + filter * \(taps)u + element] = sum;",
        ]
        let name = self.code.add(lines.joined(separator: "\n"), threads: threads)
        let launch = KernelLaunch(
            name: name, pointers: pointers.buffers, grid: (tiles * taps, slices), block: (columns, rows),
            written: [partial])
        addLaunch(launch, implementation: "direct convolution (\(name))", multiplyAdds: multiplyAdds)
        addSlices(slices, of: partial, type.shape, into: view(of: result))
        return result
    }
}
