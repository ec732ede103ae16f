/// What max and average pooling share: a window that slides over each channel on its own.
extension Window {
    /// The type of the pooled images.
    ///
    /// - Throws: ``FoveaError`` when the operand is not images, the window is larger than the padded image, or some
    ///   position of the window would see padding only, where neither a maximum nor a mean is defined.
    func pooledType(of images: TensorType, by operation: String) throws -> TensorType {
        try expectFloatingPoint([images], of: operation)
        try expectRank(4, images, "images", of: operation)
        let (height, width) = (images.shape[2], images.shape[3])
        let size = try outputSize(height: height, width: width, of: operation)
        // A window that starts above the image reaches one of its first rows, unless dilation steps over all of them.
        func alwaysSeesPixel(_ size: Int, _ before: Int, _ after: Int, _ kernel: Int, _ dilation: Int) -> Bool {
            max(before, after) <= dilation * (kernel - 1) && (before == 0 || dilation <= size)
        }
        guard alwaysSeesPixel(height, padding.top, padding.bottom, kernel.height, dilation.height),
            alwaysSeesPixel(width, padding.left, padding.right, kernel.width, dilation.width)
        else {
            throw FoveaError(
                .usage,
                "Some positions of \(operation)'s window (\(self)) see only padding around the image of "
                    + "\(height)×\(width).",
                remedy: "Use a padding smaller than the kernel.")
        }
        let shape = try Shape(validating: [images.shape[0], images.shape[1], size.height, size.width])
        return TensorType(shape, images.dataType)
    }

    /// Visits every pixel under the window at each of its positions, as offsets into results and images, with the
    /// pixel's place u·KW + v inside the window.
    func forEachPooledPixel(images: Shape, results: Shape, _ body: (_ result: Int, _ pixel: Int, _ place: Int) -> Void)
    {
        for plane in 0..<results[0] * results[1] {
            for i in 0..<results[2] {
                for j in 0..<results[3] {
                    let result = (plane * results[2] + i) * results[3] + j
                    for u in 0..<kernel.height {
                        let row = i * stride.height + u * dilation.height - padding.top
                        guard row >= 0, row < images[2] else { continue }
                        for v in 0..<kernel.width {
                            let column = j * stride.width + v * dilation.width - padding.left
                            guard column >= 0, column < images[3] else { continue }
                            body(result, (plane * images[2] + row) * images[3] + column, u * kernel.width + v)
                        }
                    }
                }
            }
        }
    }
}
