import Fovea

/// An image as rows of numbers.
func show(_ image: Tensor) {
    let width = image.shape[image.shape.rank - 1]
    let numbers = image.floats.map { $0 == $0.rounded() ? String(Int($0)) : String($0) }
    for row in stride(from: 0, to: numbers.count, by: width) {
        print(numbers[row..<row + width].map { String(repeating: " ", count: max(0, 5 - $0.count)) + $0 }.joined())
    }
}
let patch = try Tensor([1, 1, 3, 3], [1, 3, 2, 6, 6, 4, 5, 7, 6])
let filter = try Tensor([1, 1, 3, 3], [1, 0, -1, 1, 0, -1, 1, 0, -1])
let oneFilter = Conv2D(1, kernel: 3, bias: false)
show(try await oneFilter(patch, weights: ["weight": filter]))  // 1 − 2 + 6 − 4 + 5 − 6
let double = try Tensor([1, 1, 3, 3], [0, 0, 0, 0, 2, 0, 0, 0, 0])
show(try await oneFilter(patch, weights: ["weight": double]))
let shared = try Summary(of: Conv2D(1, kernel: 3), input: [1, 10, 10])
print("results:", shared.layers[0].outputShape)
print("parameters:", shared.totalParameters)
print("multiply-adds:", shared.totalMultiplyAdds, "= 8·8·9")
print("receptive field:", shared.layers[0].receptiveField)
let ten = Sequential {
    Conv2D(10, kernel: 5)
    ReLU()
}
for layer in try Summary(of: ten, input: [1, 32, 32]).layers {
    print(layer.type, layer.outputShape, layer.parameters, "parameters")
}
let noise = try Tensor([1, 1, 32, 32], (0..<1024).map { Float($0 % 7) - 3 })
print("smallest value:", try await ten(noise).floats.min() ?? .nan)
let square = (0..<81).map { (2...6).contains($0 / 9) && (2...6).contains($0 % 9) ? Float(1) : 0 }
let edges = try Tensor([1, 1, 3, 3], [-1, -1, -1, -1, 8, -1, -1, -1, -1])
let edgeDetector = Sequential {
    Conv2D(1, kernel: 3, padding: 1, bias: false)
    ReLU()
}
show(try await edgeDetector(try Tensor([1, 1, 9, 9], square), weights: ["0.weight": edges]))
for padding in [Conv2D.Padding.valid, 1, .same] {
    let layer = Conv2D(1, kernel: 3, padding: padding)
    print(padding, try Summary(of: layer, input: [1, 6, 6]).layers[0].outputShape)
}
let counting = try Tensor([1, 1, 6, 6], (0..<36).map { Float($0) })
let corner = try Tensor([1, 1, 3, 3], [1, 0, 0, 0, 0, 0, 0, 0, 0])
show(counting)
print()
show(try await Conv2D(1, kernel: 3, stride: 2, bias: false)(counting, weights: ["weight": corner]))
let small = try Tensor([1, 1, 4, 4], [1, 3, 2, 1, 4, 2, 0, 1, 5, 1, 7, 8, 0, 2, 6, 9])
show(try await MaxPool2D(2)(small))
print()
show(try await AvgPool2D(2)(small))
print()
let camera = Sequential {
    Conv2D(32, kernel: 3, padding: 1)
    MaxPool2D(2)
}
for layer in try Summary(of: camera, input: [1, 480, 640]).layers { print(layer.type, layer.outputShape) }
for layer in try Summary(of: LeNet5(), input: [1, 28, 28]).layers {
    print(layer.path, layer.outputShape, layer.receptiveField)
}
