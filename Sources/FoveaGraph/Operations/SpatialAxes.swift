/// Images are [N, C, …]: the spatial axes follow batch and channels, one for sequences, two for pictures, three for
/// volumes.
extension Shape {
    /// The sizes of the axes after batch and channels.
    package var spatialSizes: [Int] { Array(dimensions.dropFirst(2)) }

    /// Number of pixels of one channel of one image.
    package var pixelCount: Int { spatialSizes.reduce(1, *) }

    /// Visits the offset and the channel of each element.
    func forEachElement(_ body: (_ offset: Int, _ channel: Int) -> Void) {
        let (channels, pixels) = (dimensions[1], pixelCount)
        for plane in 0..<dimensions[0] * channels {
            for offset in plane * pixels..<(plane + 1) * pixels { body(offset, plane % channels) }
        }
    }
}

extension Window {
    /// Throws unless a tensor has two more axes than the window slides over.
    func expectRank(_ type: TensorType, _ role: String, of operation: String) throws {
        let (rank, given) = (axes.count + 2, type.shape.rank)
        guard given == rank else {
            func text(_ count: Int) -> String { count == 1 ? "1 axis" : "\(count) axes" }
            throw FoveaError(
                .usage,
                "\(operation) with a window over \(text(axes.count)) expects \(role) of rank \(rank) and was given "
                    + "\(type.shape).",
                remedy: "Reshape it to \(rank) axes"
                    + (given > 2 ? ", or use a window over \(text(given - 2))." : "."))
        }
    }
}
