import FoveaGraph
import Testing

@Suite("Windows")
struct WindowTests {
    @Test("the textbook's sizes: 6×6 under 3×3, with zero-padding 0 and 1 and with stride 2")
    func textbook() throws {
        func sizes(_ window: Window, _ sizes: Int...) throws -> [Int] {
            try window.resultSizes(over: sizes, of: "Convolution")
        }
        #expect(try sizes(Window(kernel: 3), 6, 6) == [4, 4])
        #expect(try sizes(Window(kernel: 3, padding: .init(1)), 6, 6) == [6, 6])
        #expect(try sizes(Window(kernel: 3, stride: 2), 6, 6) == [2, 2])
        #expect(try sizes(Window(kernel: .init(3, 2), stride: .init(2, 1), dilation: .init(1, 2)), 7, 5) == [3, 3])
        #expect(try sizes(Window(axes: [Window.Axis(kernel: 5, stride: 2, before: 2, after: 1)]), 10) == [5])
        let volume = try Window(axes: [
            Window.Axis(kernel: 3), Window.Axis(kernel: 2, stride: 2), Window.Axis(kernel: 3, dilation: 2),
        ])
        #expect(try sizes(volume, 4, 7, 9) == [2, 3, 5])
        let four = try Window(axes: [2, 1, 3, 4].map { Window.Axis(kernel: $0) })
        #expect(try sizes(four, 2, 2, 3, 9) == [1, 2, 1, 6])
    }

    @Test(
        "same padding keeps the size at stride 1 and gives ⌈size / s⌉ at stride s",
        arguments: [1, 2, 3, 4, 5, 7], [1, 2, 3])
    func same(kernel: Int, stride: Int) throws {
        for sizes: [Int] in [[7, 12], [8, 9], [13, 5], [11], [6, 7, 9]] {
            for dilation in [1, 2] {
                let axis = Window.Axis(kernel: kernel, stride: stride, dilation: dilation)
                let window = try Window(axes: sizes.map { _ in axis }).paddedToSame(over: sizes)
                let results = try window.resultSizes(over: sizes, of: "Convolution")
                #expect(results == sizes.map { ($0 + stride - 1) / stride })
                for axis in window.axes { #expect((0...1).contains(axis.after - axis.before)) }
            }
        }
    }

    @Test("numbers that no window can have are refused by name", arguments: [0, -1, .min, .max, (1 << 20) + 1])
    func refused(number: Int) {
        func problem(_ window: () throws -> Window) -> String? {
            #expect(throws: FoveaError.self, performing: { _ = try window() })?.problem
        }
        #expect(
            problem { try Window(kernel: .init(number, 3)) } == "The kernel of a window is \(number) along the height.")
        #expect(
            problem { try Window(kernel: 3, stride: .init(1, number)) }
                == "The stride of a window is \(number) along the width.")
        let three = Window.Axis(kernel: 3)
        #expect(
            problem { try Window(axes: [Window.Axis(kernel: 3, dilation: number), three, three]) }
                == "The dilation of a window is \(number) along the depth.")
        #expect(
            problem { try Window(axes: [three, three, three, Window.Axis(kernel: number)]) }
                == "The kernel of a window is \(number) along the spatial axis 3.")
        if number != 0 {
            #expect(
                problem { try Window(kernel: 3, padding: .init(top: 0, left: 0, bottom: number, right: 0)) }
                    == "The padding of a window is \(number) along the height.")
            #expect(
                problem { try Window(axes: [Window.Axis(kernel: 3, before: number)]) }
                    == "The padding of a window is \(number) along the length.")
        }
    }

    @Test("a window without axes is refused")
    func noAxes() {
        let error = #expect(throws: FoveaError.self) { try Window(axes: []) }
        #expect(error?.problem == "A window has no axes.")
    }

    @Test(
        "sizes that no image can have, and too many or too few of them, are refused",
        arguments: [[4], [4, 4, 4], [-1, 4], [4, .max]] as [[Int]])
    func impossibleSizes(sizes: [Int]) throws {
        let window = try Window(kernel: 3)
        let error = #expect(throws: FoveaError.self) { try window.resultSizes(over: sizes, of: "MaxPooling") }
        #expect(error?.problem.hasPrefix("MaxPooling of a window over 2 axes was given an image of ") == true)
        let padding = #expect(throws: FoveaError.self) { try window.paddedToSame(over: sizes) }
        #expect(padding?.problem.hasPrefix("The padding of a window over 2 axes was given an image of ") == true)
    }

    @Test("a window larger than the padded image is an error that names the operation, both sizes and the axis")
    func tooLarge() throws {
        let window = try Window(kernel: 5, padding: .init(1))
        let error = #expect(throws: FoveaError.self) { try window.resultSizes(over: [2, 9], of: "MaxPooling") }
        #expect(
            error?.problem
                == "MaxPooling's window of 5×5 (dilation 1×1) is larger than the image of 2×9 with padding 1: "
                + "along the height it spans 5 of 4.")
        let sequence = try Window(axes: [Window.Axis(kernel: 3, dilation: 4, after: 2)])
        let second = #expect(throws: FoveaError.self) { try sequence.resultSizes(over: [6], of: "Convolution") }
        #expect(second?.problem.contains("with padding 0,2: along the length it spans 9 of 8.") == true)
    }
}
