import Fovea

@main struct LeNet {
    static func main() throws { print(try Tensor([2, 2], [1, 2, 3, 4] as [Float]).shape) }
}
