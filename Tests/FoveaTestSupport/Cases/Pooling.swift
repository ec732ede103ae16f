import FoveaGraph

extension OperationCase {
    static func pooling() throws -> [OperationCase] {
        let pictures: [(Shape, Window)] = [
            ([2, 3, 8, 8], try Window(kernel: 2, stride: 2)),
            ([1, 16, 7, 9], try Window(kernel: 2, stride: 2)),
            ([2, 17, 9, 8], try Window(kernel: 3, stride: 2, padding: .init(1))),
            ([3, 1, 6, 6], try Window(kernel: 3, stride: 1, padding: .init(1))),
            ([1, 3, 7, 6], try Window(kernel: .init(3, 2), stride: .init(1, 2))),
            ([1, 4, 6, 5], try Window(kernel: 3, stride: 2, padding: .init(top: 0, left: 1, bottom: 2, right: 0))),
            ([1, 2, 9, 9], try Window(kernel: 2, stride: 1, dilation: 2)),
            ([1, 2, 7, 7], try Window(kernel: 3, stride: 2, padding: .init(2), dilation: 2)),
            ([2, 3, 5, 5], try Window(kernel: 1)),
            ([2, 3, 5, 4], try Window(kernel: .init(5, 4))),
            // Windows of many pixels, and pixels under many windows.
            ([1, 17, 12, 11], try Window(kernel: 5, padding: .init(2))),
            (
                [2, 3, 14, 13],
                try Window(kernel: .init(6, 5), padding: .init(top: 1, left: 2, bottom: 0, right: 3), dilation: 2)
            ),
        ]
        let geometries = try pictures + sequences() + volumes()
        let windowed = geometries.flatMap { shape, window in
            [
                OperationCase(MaxPooling(window), [OperandDraw(shape, .distinct)], differentiable: [0]),
                OperationCase(
                    MaxPooling(window), [OperandDraw(shape, .fewValues)], differentiable: [0], isSmooth: false),
                OperationCase(AveragePooling(window), [OperandDraw(shape)], differentiable: [0]),
                OperationCase(
                    AveragePooling(window, countIncludingPadding: false), [OperandDraw(shape)], differentiable: [0]),
            ]
        }
        let gradients = try geometries.flatMap { shape, window in
            try [true, false].map { counting in
                let pooled = try AveragePooling(window).resultTypes(of: [.float32(shape)])[0]
                return OperationCase(
                    AveragePoolingGradient(window, countIncludingPadding: counting, inputShape: shape),
                    [OperandDraw(pooled.shape)], differentiable: [0])
            }
        }
        let global: [Shape] = [[1, 1, 1, 1], [2, 17, 7, 7], [3, 16, 4, 5], [2, 17, 9], [3, 16, 2, 3, 4]]
        return windowed + gradients
            + global.map { shape in
                OperationCase(GlobalAveragePooling(), [OperandDraw(shape)], differentiable: [0])
            }
    }

    private typealias Axis = Window.Axis

    /// One spatial axis; the last window has many pixels, and each pixel lies under many windows.
    private static func sequences() throws -> [(Shape, Window)] {
        let geometries: [(Shape, Axis)] = [
            ([2, 3, 8], Axis(kernel: 2, stride: 2)),
            ([1, 17, 11], Axis(kernel: 3, stride: 2, before: 1)),
            ([2, 16, 9], Axis(kernel: 3, dilation: 2, before: 1, after: 2)),
            ([2, 3, 70], Axis(kernel: 20, dilation: 2, before: 7, after: 19)),
        ]
        return try geometries.map { ($0, try Window(axes: [$1])) }
    }

    /// Three spatial axes, each with its own numbers; the last windows have many pixels.
    private static func volumes() throws -> [(Shape, Window)] {
        let pair = Axis(kernel: 2, stride: 2)
        let same = Axis(kernel: 3, before: 1, after: 1)
        let geometries: [(Shape, [Axis])] = [
            ([2, 3, 4, 6, 4], [pair, pair, pair]),
            (
                [1, 17, 5, 4, 7],
                [
                    Axis(kernel: 2, before: 1), Axis(kernel: 1, stride: 2),
                    Axis(kernel: 3, stride: 2, dilation: 2, before: 1, after: 2),
                ]
            ),
            ([2, 2, 1, 4, 4], [Axis(kernel: 2, before: 1), Axis(kernel: 2), Axis(kernel: 2)]),
            ([1, 16, 4, 5, 6], [same, same, same]),
            (
                [2, 3, 6, 5, 7],
                [
                    Axis(kernel: 3, stride: 2, before: 2, after: 1), Axis(kernel: 2, dilation: 2, after: 1),
                    Axis(kernel: 4, before: 1),
                ]
            ),
        ]
        return try geometries.map { ($0, try Window(axes: $1)) }
    }
}
