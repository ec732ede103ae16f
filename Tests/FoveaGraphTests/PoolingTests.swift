import FoveaGraph
import Testing

@Suite("Pooling")
struct PoolingTests {
    let image: Shape = [1, 1, 4, 4]
    let pixels: [Double] = [1, 5, 2, 0, 3, 4, 1, 1, 9, 0, 7, 7, 2, 8, 7, 6]

    @Test("max-pooling 2×2 with stride 2 keeps the largest of each four pixels, and its place")
    func maximum() throws {
        let results = try evaluate(MaxPooling(Window(kernel: 2, stride: 2)), doubles(pixels, image))
        #expect(results[0].doubles == [5, 2, 9, 7])
        #expect(results[1].type == TensorType([1, 1, 2, 2], .int32))
        #expect(results[1].doubles == [1, 0, 0, 0])
    }

    @Test("average pooling takes their mean instead")
    func average() throws {
        let result = try evaluate(AveragePooling(Window(kernel: 2, stride: 2)), doubles(pixels, image))[0]
        #expect(result.doubles == [3.25, 1, 4.75, 6.75])
    }

    @Test("padding never wins a maximum, even over negative pixels")
    func paddingNeverWins() throws {
        let window = try Window(kernel: 2, stride: 2, padding: .init(1))
        let result = try evaluate(MaxPooling(window), doubles([-1, -2, -3, -4], [1, 1, 2, 2]))
        #expect(result[0].doubles == [-1, -2, -3, -4])
        #expect(result[1].doubles == [3, 2, 1, 0])
    }

    @Test("an average counts padding as zeros or not at all")
    func averageOfPadding() throws {
        let window = try Window(kernel: 2, stride: 2, padding: .init(1))
        let image = try doubles([4, 8, 12, 16], [1, 1, 2, 2])
        #expect(try evaluate(AveragePooling(window), image)[0].doubles == [1, 2, 3, 4])
        #expect(
            try evaluate(AveragePooling(window, countIncludingPadding: false), image)[0].doubles == [4, 8, 12, 16])
    }

    @Test("NaN wins every maximum, as in PyTorch, and minus infinity can be one")
    func notANumber() throws {
        let image = try doubles([1, .nan, 2, 3, -.infinity, -.infinity, -.infinity, -.infinity], [2, 1, 2, 2])
        let result = try evaluate(MaxPooling(Window(kernel: 2)), image)
        #expect(result[0].isClose(to: [.nan, -.infinity]))
        #expect(result[1].doubles == [1, 0])
    }

    @Test("the winner of a maximum receives the whole gradient, the first of equals")
    func winnerTakesAll() throws {
        let window = try Window(kernel: 2, stride: 1)
        let shape: Shape = [1, 1, 2, 3]
        let places = try evaluate(MaxPooling(window), doubles([7, 7, 1, 0, 7, 1], shape))[1]
        #expect(places.doubles == [0, 0])
        let gradient = try evaluate(
            MaxPoolingGradient(window, inputShape: shape), places, doubles([10, 1], [1, 1, 1, 2]))[0]
        #expect(gradient.doubles == [10, 1, 0, 0, 0, 0])
    }

    @Test("places that are not under the window pass nothing on")
    func invalidPlaces() throws {
        let places = try Tensor([1, 1, 1, 1], elements: [.max] as [Int32])
        let gradient = try evaluate(
            MaxPoolingGradient(Window(kernel: 2), inputShape: [1, 1, 2, 2]), places, doubles([1], [1, 1, 1, 1]))[0]
        #expect(gradient.doubles == [0, 0, 0, 0])
    }

    @Test("a window that could see padding only is refused")
    func paddingOnly() throws {
        for window in [
            try Window(kernel: 2, padding: .init(2)), try Window(kernel: 1, padding: .init(1)),
            try Window(kernel: 2, padding: .init(5), dilation: 5),
        ] {
            try expectPaddingOnly(window, [1, 1, 4, 4])
        }
    }

    @Test("so is one along any other number of axes")
    func paddingOnlyAlongOtherAxes() throws {
        let fine = Window.Axis(kernel: 3, before: 1, after: 1)
        try expectPaddingOnly(Window(axes: [.init(kernel: 2, before: 2)]), [1, 1, 4])
        try expectPaddingOnly(Window(axes: [fine, fine, .init(kernel: 2, after: 2)]), [1, 1, 4, 4, 4])
    }

    private func expectPaddingOnly(_ window: Window, _ images: Shape) throws {
        for operation in [MaxPooling(window), AveragePooling(window)] as [any FoveaGraph.Operation] {
            let error = #expect(throws: FoveaError.self) { try operation.resultTypes(of: [.float32(images)]) }
            #expect(
                error?.problem.hasSuffix("see only padding around the image of \(images.spatialSizes.sizeText).")
                    == true)
        }
    }

    @Test("max-pooling over one and three axes numbers the places row by row")
    func otherAxes() throws {
        let pair = Window.Axis(kernel: 2, stride: 2)
        let sequence = try evaluate(MaxPooling(Window(axes: [pair])), doubles([1, 5, 2, 0, 7], [1, 1, 5]))
        #expect(sequence[0].doubles == [5, 2])
        #expect(sequence[1].doubles == [1, 0])
        let volume = try evaluate(
            MaxPooling(Window(axes: [pair, pair, pair])),
            doubles([1, 5, 2, 0, 3, 4, 1, 1, 9, 0, 7, 7, 2, 8, 7, 6], [2, 1, 2, 2, 2]))
        #expect(volume[0].doubles == [5, 9])
        #expect(volume[1].doubles == [1, 0])
    }
}
