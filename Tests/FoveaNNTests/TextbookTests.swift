import FoveaGraph
import FoveaNN
import Testing

/// The worked examples with which convolutional networks are taught; `docs/convolution.md` shows them.
@Suite("The textbook")
struct TextbookTests {
    @Test("32×32×1 under 10 filters of 5×5 and ReLU gives 28×28×10, none below zero")
    func tenFilters() async throws {
        let network = Sequential {
            Conv2D(10, kernel: 5)
            ReLU()
        }
        let image = try Tensor([1, 1, 32, 32], (0..<1024).map { Float($0 % 7) - 3 })
        let result = try await run(network, on: image)
        #expect(result.shape == [1, 10, 28, 28])
        #expect(result.floats.allSatisfy { $0 >= 0 })
        #expect(result.floats.contains { $0 > 0 })
        #expect(result.floats.contains { $0 == 0 })
    }

    @Test("a 10×10 image under one 3×3 filter has 8×8 results through the same 9 weights and a bias, not 64×9")
    func sharedWeights() async throws {
        let layer = Conv2D(1, kernel: 3)
        let summary = try Summary(of: layer, input: [1, 10, 10])
        #expect(summary.layers.map(\.outputShape) == [[1, 8, 8]])
        #expect(summary.totalParameters == 9 + 1)
        #expect(summary.totalMultiplyAdds == 64 * 9)
        #expect(summary.layers.map(\.receptiveField) == [[3, 3]])

        // Each result depends on 9 inputs: changing one pixel changes at most the 9 results around it.
        let image = try Tensor([1, 1, 10, 10], (0..<100).map { Float($0) / 10 })
        var changed = image.floats
        changed[5 * 10 + 5] += 1
        let before = try await run(layer, on: image).floats
        let after = try await run(layer, on: try Tensor([1, 1, 10, 10], changed)).floats
        #expect(zip(before, after).count { $0 != $1 } == 9)
    }

    @Test(
        "the patch [1 3 2; 6 6 4; 5 7 6] under a 3×3 filter is the sum of the nine products",
        arguments: [
            [1, 0, -1, 1, 0, -1, 1, 0, -1], [0, 0, 0, 0, 1, 0, 0, 0, 0], [0.5, -2, 3, 0.25, 1, -1, 4, 0, 0.125],
        ] as [[Float]])
    func sumOfProducts(filter: [Float]) async throws {
        let patch: [Float] = [1, 3, 2, 6, 6, 4, 5, 7, 6]
        let result = try await run(
            Conv2D(1, kernel: 3, bias: false), on: try Tensor([1, 1, 3, 3], patch),
            parameters: ["weight": try Tensor([1, 1, 3, 3], filter)])
        #expect(result.shape == [1, 1, 1, 1])
        #expect(result.floats == [zip(patch, filter).reduce(0) { $0 + $1.0 * $1.1 }])
    }

    @Test("an edge filter on a black-and-white picture lights exactly the edge pixels after ReLU")
    func edges() async throws {
        // A white square on black. The filter compares a pixel with its eight neighbours, so it answers where a white
        // pixel has a black neighbour, and with zero inside and outside.
        let size = 9
        func isWhite(_ row: Int, _ column: Int) -> Bool { (2...6).contains(row) && (2...6).contains(column) }
        let picture = (0..<size * size).map { isWhite($0 / size, $0 % size) ? Float(1) : 0 }
        let network = Sequential {
            Conv2D(1, kernel: 3, padding: 1, bias: false)
            ReLU()
        }
        let result = try await run(
            network, on: try Tensor([1, 1, size, size], picture),
            parameters: ["0.weight": try Tensor([1, 1, 3, 3], [-1, -1, -1, -1, 8, -1, -1, -1, -1])])
        let lit = Set(result.floats.indices.filter { result.floats[$0] > 0 })
        let edge = Set(
            (0..<size * size).filter { index in
                let (row, column) = (index / size, index % size)
                return isWhite(row, column) && (row == 2 || row == 6 || column == 2 || column == 6)
            })
        #expect(lit == edge)
    }

    @Test("6×6 under 3×3 gives 4×4 without zero-padding and 6×6 with one ring of zeros", arguments: [(0, 4), (1, 6)])
    func zeroPadding(ring: Int, size: Int) throws {
        let padding = Conv2D.Padding.explicit(Window.Padding(ring))
        #expect(try outputShape(Conv2D(1, kernel: 3, padding: padding), [1, 6, 6]) == Shape([1, size, size]))
    }

    @Test("stride 2 moves the filter two columns right and two rows down: 6×6 under 3×3 gives 2×2")
    func strideTwo() async throws {
        // A filter that picks the upper left pixel of its patch shows where the patches start.
        let image = try Tensor([1, 1, 6, 6], (0..<36).map(Float.init))
        let result = try await run(
            Conv2D(1, kernel: 3, stride: 2, bias: false), on: image,
            parameters: ["weight": try Tensor([1, 1, 3, 3], [1, 0, 0, 0, 0, 0, 0, 0, 0])])
        #expect(result.shape == [1, 1, 2, 2])
        #expect(result.floats == [0, 2, 12, 14])
    }

    @Test("a 640×480 grey image through 32 filters and pooling: the area shrinks to a quarter, the depth stays")
    func depthAndPooling() throws {
        let convolution = Conv2D(32, kernel: 3, stride: 1, padding: 1)
        #expect(try outputShape(convolution, [1, 480, 640]) == [32, 480, 640])
        for pool in [MaxPool2D(2) as any Layer, AvgPool2D(2)] {
            let network = Sequential([Conv2D(32, kernel: 3, stride: 1, padding: 1), pool])
            #expect(try outputShape(network, [1, 480, 640]) == [32, 240, 320])
        }
    }

    @Test("max pooling keeps the largest of each 2×2 window, average pooling its mean")
    func pooling() async throws {
        let image = try Tensor([1, 1, 4, 4], [1, 3, 2, 1, 4, 2, 0, 1, 5, 1, 7, 8, 0, 2, 6, 9])
        #expect(try await run(MaxPool2D(2, stride: 2), on: image).floats == [4, 2, 5, 9])
        #expect(try await run(AvgPool2D(2, stride: 2), on: image).floats == [2.5, 1, 2, 7.5])
    }
}
