import FoveaFoundation
import FoveaGraph

/// The examples of another source with their images in colour or in grey.
///
/// Grey becomes colour by three equal channels; colour becomes grey by its luminance.
struct ChannelConversion: ExampleSource {
    let whole: any ExampleSource
    let channels: Int

    var name: String { whole.name }
    var count: Int { whole.count }
    var classNames: [String] { whole.classNames }
    var knownLabels: [Int32]? { whole.knownLabels }
    var identity: String? { whole.identity }

    func example(at index: Int) throws -> Example {
        var example = try whole.example(at: index)
        example.image = example.image?.converted(toChannels: channels)
        return example
    }
}

extension ChannelConversion: DigestedExampleSource {
    /// That of the image as it is: equal ones are converted to equal ones.
    func digest(ofExample index: Int) throws -> ContentDigest? { try whole.contentDigest(at: index) }
}

extension ExampleSource {
    /// The number of channels of the first image; nil where it cannot be read, which is reported when it is needed.
    public var imageChannels: Int? { (try? exampleTypes)?[Batch.imagesName]?.shape[0] }

    /// The examples with images of so many channels: 1 for luminance, 3 for sRGB.
    ///
    /// - Throws: ``FoveaError`` when the number is neither.
    public func converted(toChannels channels: Int) throws -> any ExampleSource {
        guard channels == 1 || channels == 3 else {
            throw FoveaError(
                .usage, "Images cannot be converted to \(channels) channels.", remedy: "Use 1 for grey or 3 for colour."
            )
        }
        guard let own = imageChannels, own != channels else { return self }
        return ChannelConversion(whole: self, channels: channels)
    }
}
