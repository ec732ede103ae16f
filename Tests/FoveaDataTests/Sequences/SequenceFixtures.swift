import FoveaFoundation
import FoveaGraph
import FoveaTestSupport

@testable import FoveaData

/// Writes files into a fresh folder and loads one of them, or the folder for an empty name.
func loadSequences(
    _ files: [String: [UInt8]], _ name: String, options: SequenceOptions = SequenceOptions()
) throws -> DataSplits {
    try withTemporaryFolder { folder in
        for (file, bytes) in files { try replaceFile(at: "\(folder)/\(file)", with: bytes) }
        return try SequenceData.load(name.isEmpty ? folder : "\(folder)/\(name)", options: options)
    }
}

func loadSequences(
    _ text: String, as name: String, options: SequenceOptions = SequenceOptions()
) throws -> SequenceSet {
    let splits = try loadSequences([name: Array(text.utf8)], name, options: options)
    guard let set = splits.training as? SequenceSet else {
        throw FoveaError(.internalDefect, "The training part is no set of sequences.")
    }
    return set
}

/// The error of loading a text as a file, without the folder's name.
func sequenceProblem(_ text: String, as name: String, options: SequenceOptions = SequenceOptions()) -> String {
    sequenceProblem([name: Array(text.utf8)], name, options: options)
}

func sequenceProblem(
    _ files: [String: [UInt8]], _ name: String, options: SequenceOptions = SequenceOptions()
) -> String {
    do {
        _ = try loadSequences(files, name, options: options)
        return "no error"
    } catch let error as FoveaError {
        var text = error.description
        // The folder's name differs from test to test.
        while let start = text.firstIndex(of: "/"), let end = text[start...].firstIndex(of: "`") {
            let last = text[start..<end].lastIndex(of: "/") ?? start
            text.removeSubrange(start...last)
        }
        return text
    } catch {
        return "\(error)"
    }
}

/// Checks that a file that is cut at any byte is either an error, or has the series that the whole one has, but for the last.
func survivesCuts(_ bytes: [UInt8], _ read: ([UInt8], inout SequenceTable) throws -> Void) -> Bool {
    var whole = SequenceTable(path: "whole")
    guard (try? read(bytes, &whole)) != nil else { return false }
    return (0..<bytes.count).allSatisfy { count in
        var cut = SequenceTable(path: "cut")
        do {
            try read(Array(bytes[..<count]), &cut)
        } catch {
            return error is FoveaError
        }
        let certain = max(0, cut.count - 1)
        let values = cut.lengths.prefix(certain).reduce(0, +) * cut.channels
        return cut.count <= whole.count && cut.lengths.prefix(certain) == whole.lengths.prefix(certain)
            && cut.values.prefix(values).map(\.bitPattern) == whole.values.prefix(values).map(\.bitPattern)
    }
}
