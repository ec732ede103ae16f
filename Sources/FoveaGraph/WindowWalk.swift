/// Every meeting of a sliding window with a pixel: the sum that the definitions of convolution, pooling and their
/// gradients share, for any number of axes.
///
/// Along each axis, place u of the window at position i lies on the pixel i·stride + u·dilation − before, if there is one.
struct WindowWalk {
    /// A pixel under the window: the position of the window, the place of the window that lies on the pixel, and the
    /// pixel. With several axes each is an offset into a tensor stored row by row.
    private struct Meeting {
        var position = 0
        var place = 0
        var pixel = 0
    }

    /// The meetings along all axes but the last, as offsets of the last one's rows.
    private let rows: [Meeting]
    /// The meetings along the last axis.
    private let columns: [Meeting]

    /// - Parameters:
    ///   - images: the shape of the images, with batch and channels.
    ///   - results: the shape of the results, likewise.
    init(_ window: Window, images: Shape, results: Shape) {
        let axes = zip(window.axes, zip(images.spatialSizes, results.spatialSizes)).map { axis, sizes in
            (axis, pixels: sizes.0, positions: sizes.1)
        }
        let along = axes.map { Self.meetings(of: $0, pixels: $1, positions: $2) }
        var rows = [Meeting()]
        for (index, (axis, pixels, positions)) in axes.enumerated() {
            if index > 0 {
                rows = rows.flatMap { outer in
                    along[index - 1].map { inner in
                        Meeting(
                            position: outer.position + inner.position, place: outer.place + inner.place,
                            pixel: outer.pixel + inner.pixel)
                    }
                }
            }
            rows = rows.map { row in
                Meeting(position: row.position * positions, place: row.place * axis.kernel, pixel: row.pixel * pixels)
            }
        }
        self.rows = rows
        columns = along.last ?? []
    }

    private static func meetings(of axis: Window.Axis, pixels: Int, positions: Int) -> [Meeting] {
        (0..<positions).flatMap { position in
            (0..<axis.kernel).compactMap { place in
                let pixel = position * axis.stride + place * axis.dilation - axis.before
                return (0..<pixels).contains(pixel) ? Meeting(position: position, place: place, pixel: pixel) : nil
            }
        }
    }

    /// Visits each meeting. At one position, places come in their order.
    @inline(__always)
    func forEach(_ body: (_ position: Int, _ place: Int, _ pixel: Int) -> Void) {
        for row in rows {
            for column in columns {
                body(row.position + column.position, row.place + column.place, row.pixel + column.pixel)
            }
        }
    }
}
