import FoveaGraph
import Testing

@Suite("Windows")
struct WindowTests {
    @Test("the textbook's sizes: 6×6 under 3×3, with zero-padding 0 and 1 and with stride 2")
    func textbook() throws {
        func size(_ window: Window, _ height: Int, _ width: Int) throws -> [Int] {
            let size = try window.outputSize(height: height, width: width, of: "Convolution")
            return [size.height, size.width]
        }
        #expect(try size(Window(kernel: 3), 6, 6) == [4, 4])
        #expect(try size(Window(kernel: 3, padding: .init(1)), 6, 6) == [6, 6])
        #expect(try size(Window(kernel: 3, stride: 2), 6, 6) == [2, 2])
        #expect(try size(Window(kernel: .init(3, 2), stride: .init(2, 1), dilation: .init(1, 2)), 7, 5) == [3, 3])
    }

    @Test(
        "same padding keeps the size at stride 1 and gives ⌈size / s⌉ at stride s",
        arguments: [1, 2, 3, 4, 5, 7], [1, 2, 3])
    func same(kernel: Int, stride: Int) throws {
        for (height, width) in [(7, 12), (8, 9), (13, 5)] {
            for dilation in [1, 2] {
                let padding = Window.samePadding(
                    for: height, width, kernel: .init(kernel), stride: .init(stride), dilation: .init(dilation))
                let window = try Window(
                    kernel: .init(kernel), stride: .init(stride), padding: padding, dilation: .init(dilation))
                let size = try window.outputSize(height: height, width: width, of: "Convolution")
                #expect(size.height == (height + stride - 1) / stride)
                #expect(size.width == (width + stride - 1) / stride)
                #expect((0...1).contains(padding.bottom - padding.top))
                #expect((0...1).contains(padding.right - padding.left))
            }
        }
    }

    @Test("numbers that no window can have are refused", arguments: [0, -1, .min, .max, (1 << 20) + 1])
    func refused(number: Int) {
        #expect(throws: FoveaError.self) { try Window(kernel: .init(number, 3)) }
        #expect(throws: FoveaError.self) { try Window(kernel: 3, stride: .init(1, number)) }
        #expect(throws: FoveaError.self) { try Window(kernel: 3, dilation: .init(number)) }
        if number != 0 {
            #expect(throws: FoveaError.self) {
                try Window(kernel: 3, padding: .init(top: 0, left: 0, bottom: number, right: 0))
            }
        }
    }

    @Test("same padding of such numbers does not trap", arguments: [0, -1, .min, .max])
    func samePaddingOfRefused(number: Int) {
        let padding = Window.samePadding(
            for: 28, 28, kernel: .init(number), stride: .init(number), dilation: .init(number))
        #expect(padding.top >= 0)
    }

    @Test("a window larger than the padded image is an error that names the operation and both sizes")
    func tooLarge() throws {
        let window = try Window(kernel: 5, padding: .init(1))
        let error = #expect(throws: FoveaError.self) { try window.outputSize(height: 2, width: 9, of: "MaxPooling") }
        for mention in ["MaxPooling", "5×5", "2×9"] { #expect(error?.problem.contains(mention) == true) }
    }
}
