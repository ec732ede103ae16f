import Foundation
import FoveaFoundation
import FoveaGraph
import FoveaTestSupport
import OrderedCollections
import Testing

@testable import FoveaFormats

@Suite("Safetensors")
struct SafetensorsTests {
    private let mixed: OrderedDictionary<String, Tensor>

    init() throws {
        mixed = [
            "bytes": try Tensor([3], elements: [1, 2, 255] as [UInt8]),
            "conv.weight": try Tensor([2, 1, 2], [0, -1.5, .infinity, .leastNonzeroMagnitude]),
            "scalar": Tensor(scalar: 7),
            "none": try Tensor([0, 5], [Float]()),
            "count": try Tensor([], elements: [.min] as [Int64]),
            "double": try Tensor([1, 1], elements: [1.0 / 3]),
            "half": try Tensor([2], elements: [0x3C01, 0x8001].map(HalfFloat.init(bitPattern:))),
            "brain": try Tensor([3], elements: [0x3F81, 0x8001, 0xFF80].map(BFloat16.init(bitPattern:))),
            "small": try Tensor([2], elements: [.min, .max] as [Int8]),
            "mask": try Tensor([2, 1], elements: [true, false] as [TruthValue]),
            "ähnlich/größe": Tensor(integers: [Int32.max]),
        ]
    }

    @Test("Tensors of every type come back with their order, shapes and bits, and the metadata")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.safetensors"
            let metadata = ["format": "pt", "quote": "\"\n"]
            try Safetensors.write(mixed, metadata: metadata, to: path)
            let read = try Safetensors.read(from: path)
            #expect(read.tensors.elements.elementsEqual(mixed.elements) { $0.key == $1.key && $0.value == $1.value })
            #expect(read.metadata == metadata)
        }
    }

    @Test("No tensors at all make a file too")
    func empty() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.safetensors"
            try Safetensors.write([:], to: path)
            #expect(try readFile(at: path, limit: 100) == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
            #expect(try Safetensors.read(from: path).tensors.isEmpty)
        }
    }

    @Test("The bytes of a file are those of the format's description")
    func layout() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.safetensors"
            try Safetensors.write(["u": Tensor([1], elements: [9] as [UInt8]), "f": Tensor(scalar: 1)], to: path)
            let header =
                #"{"u":{"dtype":"U8","shape":[1],"data_offsets":[4,5]},"f":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#
            let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
            let expected = [UInt8(padded.utf8.count)] + [UInt8](repeating: 0, count: 7) + Array(padded.utf8)
            #expect(try readFile(at: path, limit: 1000) == expected + [0, 0, 0x80, 0x3F, 9])
        }
    }

    @Test("Names that no file should hold are refused before anything is written")
    func refusesNames() throws {
        try withTemporaryFolder { folder in
            for name in ["", "__metadata__", "a\nb", "a\0", String(repeating: "n", count: 1_000_000)] {
                let error = #expect(throws: FoveaError.self) {
                    try Safetensors.write([name: Tensor(scalar: 1)], to: "\(folder)/t.safetensors")
                }
                #expect(error?.problem == "\(quoted(name)) cannot be the name of a tensor.")
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
    }

    // MARK: Files of others

    @Test(
        "PyTorch's weights of an MNIST network",
        .enabled(if: SharedData.url("models/burn_mnist/mnist.safetensors") != nil))
    func readsMNIST() throws {
        let (tensors, metadata) = try Safetensors.read(
            from: try #require(SharedData.url("models/burn_mnist/mnist.safetensors")).path)
        #expect(tensors.count == 20)
        #expect(metadata.isEmpty)
        #expect(tensors["norm1.num_batches_tracked"] == (try Tensor([], elements: [7504] as [Int64])))
        #expect(tensors["conv1.weight"]?.shape == [8, 1, 3, 3])
        #expect(
            tensors["conv1.weight"]?.floats.prefix(3) == [0.1658172607421875, -0.2239944338798523, -0.1813577562570572])
    }

    @Test(
        "PyTorch's ResNet-20 for CIFAR-10",
        .enabled(if: SharedData.url("models/resnet20_cifar10/model.safetensors") != nil))
    func readsResNet() throws {
        let tensors = try Safetensors.read(
            from: try #require(SharedData.url("models/resnet20_cifar10/model.safetensors")).path
        ).tensors
        #expect(tensors.count == 97)
        #expect(tensors.keys.first == "conv1.weight")
        #expect(tensors["layer1.0.conv1.weight"]?.shape == [16, 16, 3, 3])
        #expect(tensors["bn1.running_var"]?.floats.prefix(2) == [2.2049126625061035, 3.6240038871765137])
    }

    @Test("torchvision's SqueezeNet 1.1", .enabled(if: SharedData.url("models/squeezenet1_1/model.safetensors") != nil))
    func readsSqueezeNet() throws {
        let (tensors, metadata) = try Safetensors.read(
            from: try #require(SharedData.url("models/squeezenet1_1/model.safetensors")).path)
        #expect(tensors.count == 52)
        #expect(metadata == ["format": "pt"])
        let weight = try #require(tensors["classifier.1.weight"])
        #expect(weight.shape == [1000, 512, 1, 1])
        #expect(abs(weight.doubles.reduce(0, +) - 3444.610087931156) < 1e-6)
    }

    // MARK: Files that are not sound

    private func file(header: String, data: [UInt8] = [], statedSize: UInt64? = nil) -> [UInt8] {
        let size = statedSize ?? UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + Array(header.utf8) + data
    }

    /// What reading a file of these bytes throws; nil when it can be read.
    private func failure(reading bytes: [UInt8]) throws -> FoveaError? {
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.safetensors"
            try Data(bytes).write(to: URL(filePath: path))
            do {
                _ = try Safetensors.read(from: path)
                return nil
            } catch let error as FoveaError {
                #expect(error.problem.contains(path))
                return error
            }
        }
    }

    @Test("Halves and brain floats keep their bits")
    func readsHalves() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.safetensors"
            let header =
                #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}}"#
            try Data(file(header: header, data: [0x00, 0x3C, 0x01, 0x80, 0x80, 0xBF])).write(to: URL(filePath: path))
            let tensors = try Safetensors.read(from: path).tensors
            #expect(tensors["h"]?.elements() == [0x3C00, 0x8001].map(HalfFloat.init(bitPattern:)))
            #expect(tensors["b"]?.elements() == [BFloat16(bitPattern: 0xBF80)])
        }
    }

    @Test("Ranges may come in another order than the names, and empty tensors share an offset")
    func acceptsAnyOrder() throws {
        let header =
            #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"e":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
        #expect(try failure(reading: file(header: header, data: [1, 2])) == nil)
    }

    @Test(
        "A header that does not describe the file is refused",
        arguments: [
            // Not an object, not JSON, nested, duplicate names.
            ("[]", "The header is not a JSON object."),
            ("null", "The header is not a JSON object."),
            ("", "byte 8: The JSON text ends where a value should be."),
            ("{", "byte 9: The JSON text has no field name where one should be."),
            ("{}}", "byte 10: The JSON text has something after its end."),
            ("{\"t\":1}", "`t`: The document is 1, not an object."),
            ("{\"t\":{}}", "`t`: The field `dtype` is missing."),
            (String(repeating: "[", count: 100_000), "The JSON text is nested more than 64 deep."),
            (
                #"{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"t":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
                "has the field `t` twice."
            ),
            (#"{"t":{"dtype":"U8","shape":[2],"shape":[2],"data_offsets":[0,2]}}"#, "has the field `shape` twice."),
            // Metadata that is not a map of text.
            (
                #"{"__metadata__":{"a":1},"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
                "`a` in `__metadata__` is an integer, not a string."
            ),
            (
                #"{"__metadata__":[],"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
                "`__metadata__` is an array, not an object."
            ),
            // Types, shapes and offsets that are not what they should be.
            (
                #"{"t":{"dtype":"U9","shape":[2],"data_offsets":[0,2]}}"#,
                "`t`: The element type `U9` is none of the format's."
            ),
            (#"{"t":{"dtype":8,"shape":[2],"data_offsets":[0,2]}}"#, "`t`: The field `dtype` is 8, not a string."),
            (
                #"{"t":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}"#,
                "`t`: The field `shape` is 2, not an array of integers from 0 to"
            ),
            (#"{"t":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}}"#, "Element 0 of the field `shape` is 2"),
            (#"{"t":{"dtype":"U8","shape":[2e0],"data_offsets":[0,2]}}"#, "Element 0 of the field `shape` is 2"),
            (
                #"{"t":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}"#,
                "Element 0 of the field `shape` is a string, not one of the integers"
            ),
            (
                #"{"t":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}}"#,
                "Element 0 of the field `shape` is -2, not one of the integers"
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2.0]}}"#,
                "Element 1 of the field `data_offsets` is 2"
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[0]}}"#,
                "The field `data_offsets` is not a begin and an end."
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2,2]}}"#,
                "The field `data_offsets` is not a begin and an end."
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}"#,
                "The field `data_offsets` is not a begin and an end."
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}"#,
                "Element 0 of the field `data_offsets` is -2, not one of the integers"
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"extra":1}}"#,
                "`t`: There is an unknown field `extra`."
            ),
            (#"{"t":{"dtype":"U8","shape":[2]}}"#, "`t`: The field `data_offsets` is missing."),
            // Sizes that overflow or are far larger than the file.
            (
                #"{"t":{"dtype":"U8","shape":[9223372036854775807,2],"data_offsets":[0,2]}}"#,
                "Element 0 of the field `shape` is 9223372036854775807, not one of the integers"
            ),
            (
                #"{"t":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,2]}}"#,
                "The shape 4294967296×4294967296 has more than 2^40 elements."
            ),
            (
                #"{"t":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,2]}}"#,
                "Element 0 of the field `shape` is 2305843009213693952, not one of the integers"
            ),
            (
                #"{"t":{"dtype":"U8","shape":[18446744073709551618],"data_offsets":[0,2]}}"#,
                "Element 0 of the field `shape` is "
            ),
            (
                #"{"t":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}"#,
                "The tensors take 1099511627776 bytes, the file has 2 for them."
            ),
            (
                #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[9223372036854775805,9223372036854775807]}}"#,
                "The tensor `t` at byte 9223372036854775805 leaves a hole before it."
            ),
            (
                #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,2]}}"#,
                "Its shape 2 of F32 takes 64 bits, its `data_offsets` 2 bytes."
            ),
            // Ranges that overlap, leave a hole, or do not cover the file.
            (
                #"{"s":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"t":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
                "The tensor `t` at byte 1 overlaps another tensor."
            ),
            (
                #"{"s":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
                "at byte 0 overlaps another tensor."
            ),
            (
                #"{"t":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
                "The tensor `t` at byte 1 leaves a hole before it."
            ),
            (
                #"{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
                "The tensors take 1 bytes, the file has 2 for them."
            ),
            ("{}", "The tensors take 0 bytes, the file has 2 for them."),
            (
                #"{"t":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#,
                "The tensors take 3 bytes, the file has 2 for them."
            ),
            (
                #"{"e":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
                "The tensor `e` at byte 1 overlaps another tensor."
            ),
            // Names.
            (#"{"":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, "`` cannot be the name of a tensor."),
            (#"{"a\u0000":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, "cannot be the name of a tensor."),
            (
                "{\"\(String(repeating: "n", count: 1_000_000))\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
                "cannot be the name of a tensor."
            ),
        ])
    func refusesHeaders(header: String, fault: String) throws {
        let error = try failure(reading: file(header: header, data: [1, 2]))
        #expect(error?.code == .badData)
        #expect(error?.problem.contains(fault) == true, "\(error?.problem ?? "")")
        #expect((error?.description.count ?? 0) < 1000)
    }

    @Test("A stated header length beyond the file or the format's limit is refused before memory is taken")
    func refusesHeaderLengths() throws {
        for size: UInt64 in [3, 100_000_001, 1 << 40, UInt64(Int.max), .max] {
            let error = try failure(reading: file(header: "{}", statedSize: size))
            #expect(error?.code == .badData)
            #expect(
                error?.problem.hasSuffix(": It states a header of \(size) bytes, which a file of 10 bytes cannot have.")
                    == true)
        }
    }

    @Test("A file truncated at any byte, or with any byte more, is refused")
    func refusesTruncation() throws {
        let bytes = try sample()
        let headerSize = Int(bytes[0]) + Int(bytes[1]) << 8
        for count in bytes.indices {
            let error = try failure(reading: Array(bytes[..<count]))
            #expect(error?.code == .badData, "truncated to \(count) bytes")
            let fault =
                count < 8
                ? ": It has \(count) bytes; a safetensors file has at least 8."
                : count < 8 + headerSize
                    ? ": It states a header of \(headerSize) bytes, which a file of \(count) bytes cannot have."
                    : " bytes, the file has \(count - 8 - headerSize) for them."
            #expect(error?.problem.hasSuffix(fault) == true, "\(error?.problem ?? "")")
        }
        let longer = try failure(reading: bytes + [0])
        #expect(longer?.code == .badData)
        #expect(longer?.problem.hasSuffix(", the file has \(bytes.count + 1 - 8 - headerSize) for them.") == true)
    }

    @Test("A flipped bit in the length is refused")
    func refusesDamagedLengths() throws {
        let bytes = try sample()
        for index in 0..<8 {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                let error = try failure(reading: damaged)
                #expect(error?.code == .badData)
                // A shorter header ends within its text, or leaves more bytes to the tensors.
                let faults = ["It states a header of ", "The JSON text ", " for them."]
                #expect(faults.contains { error?.problem.contains($0) == true }, "\(error?.problem ?? "")")
            }
        }
    }

    @Test("A flipped bit in the header is refused or harmless, and never a trap")
    func survivesDamage() throws {
        let bytes = try sample()
        let header = Array(bytes[8..<8 + Int(bytes[0]) + Int(bytes[1]) << 8])
        let dataByteCount = bytes.count - 8 - header.count
        var refused = 0
        for index in header.indices {
            for bit in 0..<8 {
                var damaged = header
                damaged[index] ^= 1 << bit
                do {
                    _ = try SafetensorsHeader(parsing: damaged, dataByteCount: dataByteCount)
                } catch {
                    let error = try #require(error as? FoveaError)
                    let faults = ["The JSON text ", "The field ", "field `", "element type ", "tensor", "_", "byte"]
                    #expect(error.code == .badData && faults.contains(where: error.problem.contains))
                    refused += 1
                }
            }
        }
        // The rest are flips inside names, the metadata and the spaces between.
        #expect(refused > header.count * 4)
    }

    private func sample() throws -> [UInt8] {
        try withTemporaryFolder { folder in
            let path = "\(folder)/t.safetensors"
            try Safetensors.write(mixed, metadata: ["format": "pt"], to: path)
            return try readFile(at: path, limit: 10_000)
        }
    }

    @Test("A file that is not there, or is a folder, is missing input")
    func missing() throws {
        try withTemporaryFolder { folder in
            for (path, problem) in [
                ("\(folder)/none", "There is no file `\(folder)/none`."),
                (folder, "`\(folder)` is a folder, not a regular file."),
            ] {
                let error = #expect(throws: FoveaError.self) { try Safetensors.read(from: path) }
                #expect(error?.code == .missingInput && error?.problem == problem)
            }
        }
    }
}
