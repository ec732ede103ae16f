import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

extension Batch {
    /// Images of noise with mean 0 and deviation 1, and labels, all drawn from the seed.
    ///
    /// - Parameter images: [batch, channels, height, width].
    init(random images: Shape, classes: Int, seed: UInt64) throws {
        let noise = CounterBasedGenerator(seed: seed, purpose: "benchmark images")
        let width = Float(12.0.squareRoot())
        let pixels = (0..<images.elementCount).map { (Float(noise.uniform(at: $0)) - 0.5) * width }
        let choice = CounterBasedGenerator(seed: seed, purpose: "benchmark labels")
        let labels = (0..<images[0]).map { Int32(choice.uniform(at: $0) * Double(classes)) }
        self.init(
            indices: Array(0..<images[0]), images: try Tensor(images, pixels), labels: Tensor(integers: labels))
    }

    /// The tensors `images` and, where labels are needed, `labels` of a safetensors file.
    ///
    /// - Throws: ``FoveaError`` when the file is missing or damaged, when a tensor is missing or has another type, or
    ///   when a label is not a class.
    init(reading path: String, classes: Int, needsLabels: Bool) throws {
        // Only the needed tensors are read, whatever else is in the file.
        let tensors = try SafetensorsFile(at: path).tensors
        guard let images = tensors.first(where: { $0.key == "images" })?.value else {
            throw Self.fault(path, "has no tensor `images`")
        }
        let type = images.type
        guard type.dataType.isFloatingPoint, type.shape.rank == 4, type.shape.elementCount > 0 else {
            throw Self.fault(path, "holds `images` as \(type)")
        }
        var labels = Tensor(integers: [Int32](repeating: 0, count: type.shape[0]))
        if needsLabels {
            guard let given = tensors.first(where: { $0.key == "labels" })?.value else {
                throw Self.fault(path, "has no tensor `labels`")
            }
            labels = try Self.labels(Tensor(copying: given), count: type.shape[0], classes: classes, path)
        }
        self.init(
            indices: Array(0..<type.shape[0]), images: try Tensor(copying: images.converted(to: .float32)),
            labels: labels)
    }

    private static func labels(_ given: Tensor, count: Int, classes: Int, _ path: String) throws -> Tensor {
        guard given.shape == Shape([count]) else { throw fault(path, "holds `labels` as \(given.type)") }
        guard given.dataType == .int32 || given.dataType == .int64,
            let values = given.converted(to: .int64).elements(as: Int64.self)
        else { throw fault(path, "holds `labels` as \(given.type)") }
        if let stray = values.first(where: { !(0..<Int64(classes)).contains($0) }) {
            throw FoveaError(
                .badData, "The label \(stray) in \(quoted(path)) is none of the network's \(classes) classes.",
                remedy: "Use labels from 0 to \(classes - 1), or another --classes.")
        }
        return Tensor(integers: values.map { Int32($0) })
    }

    private static func fault(_ path: String, _ what: String) -> FoveaError {
        FoveaError(
            .badData, "The batch \(quoted(path)) \(what).",
            remedy: "Give it `images`, f32 [batch, channels, height, width], and for training `labels`, int32 or int64 "
                + "[batch].")
    }
}
