import CFuzz
import Foundation

@testable import FoveaData

/// What is fuzzed: a format's name in small letters, such as `webp`, or `icc`, embedded colour profiles.
private let target = ProcessInfo.processInfo.environment["FOVEA_FUZZ"] ?? ""
private let format = ImageFormat.allCases.first { "\($0)".lowercased().filter { $0 != " " } == target }

/// - Returns: 0, or −1 where the bytes are of another format than is fuzzed, so that they are not built on.
private func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if target == "icc" {
        transform(bytes)
    } else {
        guard let format else { preconditionFailure("FOVEA_FUZZ names no format: \(target)") }
        guard ImageFormat(firstBytes: Array(bytes.prefix(ImageFormat.prefixByteCount))) == format else { return -1 }
        decode(bytes)
    }
    return 0
}

/// Errors are what damaged bytes should be; only what ends the process is found.
private func decode(_ bytes: [UInt8]) {
    guard let limits = try? ImageLimits(side: 4096, pixelCount: 1 << 18),
        let header = try? ImageHeader(bytes, limits: limits),
        let image = try? ImageFile.decode(bytes, header)
    else { return }
    precondition(
        (image.height, image.width, image.channels) == (header.storedHeight, header.storedWidth, header.channels),
        "an image has the size that its header says")
    guard header.format == .jpeg else { return }
    // A part, and a reduced scale.
    let part = Resampling.Region(
        top: header.storedHeight / 3, left: header.storedWidth / 4, height: (header.storedHeight + 2) / 3,
        width: (header.storedWidth + 1) / 2)
    if let some = try? ImageFile.decode(bytes, header, region: part) {
        precondition((some.height, some.width) == (part.height, part.width), "a part has the size that was asked for")
    }
    let halves = Resampling.Region(
        top: 0, left: 0, height: (header.storedHeight + 1) / 2, width: (header.storedWidth + 1) / 2)
    _ = try? ImageFile.decode(bytes, header, region: halves, denominator: 2)
}

private func transform(_ profile: [UInt8]) {
    for channels in [1, 3, 4] {
        let pixels = (0..<48).map { UInt8($0 * 5) }
        guard let transform = ColourTransform.from(profile, channels: channels) else { continue }
        precondition(
            transform.applied(to: pixels).count == pixels.count / channels * (channels == 1 ? 1 : 3),
            "a pixel for each pixel")
    }
}

var count = CommandLine.argc
var arguments = unsafe CommandLine.unsafeArgv
// Safe: as the process got them.
exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe fuzz($0, $1) })
