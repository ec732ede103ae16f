import FoveaFoundation
import FoveaGraph

/// Reads `.npz` files of series, as `numpy.savez` writes them: `X`, numbers [N, C, T] or [N, T] for one channel, `y`, a class for each
/// series, and perhaps `lengths`, the number of steps of each where they differ. `X_train`, `y_train`, `X_test`, … are two parts. Letters
/// may be in either case. NaN is a missing value.
struct NPZFile {
    private let archive: ZipArchive

    init(_ bytes: [UInt8]) throws { archive = try ZipArchive(bytes) }

    /// Whether there is a test part beside the training part.
    var hasTest: Bool { member("X_test") != nil }

    /// - Throws: ``FoveaError`` that names the array that is missing or wrong.
    func read(_ part: DataPart, into table: inout SequenceTable) throws {
        let suffix = part == .test && hasTest ? "_test" : member("X_train") != nil ? "_train" : ""
        guard let values = try array("X" + suffix) else {
            let names = archive.members.prefix(10).map { quoted($0.name.withoutExtension) }.joined(separator: ", ")
            throw FoveaError(
                .badData, "The file has no array `X`\(names.isEmpty ? "" : "; it has \(names)").",
                remedy: "Save it with numpy.savez(file, X=series, y=classes).")
        }
        guard (2...3).contains(values.shape.count), values.shape.allSatisfy({ $0 > 0 }), values.number(at: 0) != nil
        else {
            throw FoveaError(
                .badData, "The array \(quoted("X" + suffix)) has the shape \(values.shape).",
                remedy: "Give it numbers [series, channels, steps], or [series, steps] for one channel.")
        }
        let (count, steps) = (values.shape[0], values.shape.last ?? 0)
        let channels = values.shape.count == 3 ? values.shape[1] : 1
        try AvailableMemory.require(saturatingProduct(values.count, 4), for: "its series")
        let (labels, lengths) = (try array("y" + suffix, of: count), try array("lengths" + suffix, of: count))
        for index in 0..<count {
            let label = try labels.map { labels in
                guard let name = labels.className(at: index) else {
                    throw Self.failure("y" + suffix, index, "is empty", "Give each series a class.")
                }
                return name
            }
            var length = steps
            if let lengths {
                guard let given = lengths.number(at: index).flatMap({ Int(exactly: $0) }), 1...steps ~= given else {
                    throw Self.failure(
                        "lengths" + suffix, index, "is no number of steps from 1 to \(steps)",
                        "Give the number of steps of each series.")
                }
                length = given
            }
            let series = try (0..<channels).map { channel in
                try (0..<length).map { step in
                    let number = values.number(at: (index * channels + channel) * steps + step) ?? .nan
                    let value = Float(number)
                    guard !value.isInfinite else {
                        throw Self.failure(
                            "X" + suffix, index, "has a value that 32 bits do not hold: \(number)",
                            "Write NaN where a value is missing.")
                    }
                    return value
                }
            }
            try table.add(series, label: label, line: index + 1)
        }
    }

    private static func failure(_ array: String, _ index: Int, _ fault: String, _ remedy: String) -> FoveaError {
        FoveaError(.badData, "Element \(index) of the array \(quoted(array)) \(fault).", remedy: remedy)
    }

    private func member(_ name: String) -> ZipArchive.Member? {
        archive.members.first { $0.name.lowercased() == "\(name).npy".lowercased() }
    }

    /// - Throws: ``FoveaError`` that names the array when it is damaged.
    private func array(_ name: String) throws -> NPYArray? {
        guard let member = member(name) else { return nil }
        do {
            return try NPYArray(archive.content(of: member))
        } catch let error as FoveaError {
            throw error.located(at: .entry(name))
        }
    }

    /// An array with one element for each series.
    private func array(_ name: String, of count: Int) throws -> NPYArray? {
        guard let array = try array(name) else { return nil }
        guard array.shape == [count] else {
            throw FoveaError(
                .badData, "The array \(quoted(name)) has the shape \(array.shape), and there are \(count) series.",
                remedy: "Give it one element for each series.")
        }
        return array
    }
}
