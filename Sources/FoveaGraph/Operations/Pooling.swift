/// The geometry that max and average pooling share: a window that slides over each channel separately.
extension Window {
    /// The type of the pooled images.
    ///
    /// - Throws: ``FoveaError`` when the operand is not images, the window is larger than the padded image, or some
    ///   position of the window would see padding only, where neither a maximum nor a mean is defined.
    func pooledType(of images: TensorType, by operation: String) throws -> TensorType {
        try expectFloatingPoint([images], of: operation)
        try expectRank(images, "images", of: operation)
        let sizes = images.shape.spatialSizes
        let pooled = try resultSizes(over: sizes, of: operation)
        guard zip(axes, sizes).allSatisfy({ $0.alwaysSeesPixel(of: $1) }) else {
            throw FoveaError(
                .usage,
                "Some positions of \(operation)'s window (\(self)) see only padding around the image of "
                    + "\(sizes.sizeText).",
                remedy: "Use a padding smaller than the kernel.")
        }
        let shape = try Shape(validating: [images.shape[0], images.shape[1]] + pooled)
        return TensorType(shape, images.dataType)
    }

    /// Visits every pixel under the window at each of its positions, as offsets into results and images, with the
    /// pixel's place inside the window; places are numbered row by row.
    func forEachPooledPixel(images: Shape, results: Shape, _ body: (_ result: Int, _ place: Int, _ pixel: Int) -> Void)
    {
        let walk = WindowWalk(self, images: images, results: results)
        let (pixels, positions) = (images.pixelCount, results.pixelCount)
        for plane in 0..<results[0] * results[1] {
            walk.forEach { position, place, pixel in body(plane * positions + position, place, plane * pixels + pixel) }
        }
    }
}

extension Window.Axis {
    /// Whether no position sees padding only. A window that starts before the image reaches one of its first pixels, unless
    /// dilation steps over all of them.
    fileprivate func alwaysSeesPixel(of size: Int) -> Bool {
        max(before, after) < span && (before == 0 || dilation <= size)
    }
}
