import CFakeGPU
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

@testable import FoveaCUDA

extension CUDATests {
    @Suite("Compiled kernels that a folder remembers")
    struct CompilationCacheTests {
        init() { FakeGPU.reset() }

        /// A graph with more kernels than a module has.
        private func graph() throws -> Graph {
            let builder = GraphBuilder()
            for count in 1...20 {
                let x = try builder.input("x\(count)", .float32([count]))
                builder.output("y\(count)", try ReLU().applied(to: x * Double(count)))
            }
            return builder.graph
        }

        /// Compiles and runs the graph; how often the compiler was called.
        private func compilations(_ folder: String) async throws -> Int {
            let before = unsafe fake_gpu_calls("nvrtcCompileProgram")
            let device = Device(try CUDABackend(FakeGPU.libraries, cache: folder))
            let program = try await device.compile(graph())
            let inputs = program.inputs.map { ($0.name, Tensor(repeating: 2, $0.type)) }
            let results = try await device.run(program, Dictionary(uniqueKeysWithValues: inputs))
            #expect(results["y20"]?.floats == [Float](repeating: 40, count: 20))
            return Int(unsafe fake_gpu_calls("nvrtcCompileProgram") - before)
        }

        private func inTemporaryFolder(_ body: (String) async throws -> Void) async throws {
            let folder = "/tmp/fovea-tests-\(UUID().uuidString)"
            _ = try createFolder(at: folder)
            defer { removeFolder(folder) }
            try await body(folder)
        }

        @Test("are used by the next process; damaged and foreign files only cost time")
        func remembered() async throws {
            try await inTemporaryFolder { folder in
                let cache = folder + "/kernels"
                #expect(try await compilations(cache) == 2)
                #expect(try await compilations(cache) == 0)
                let files = try namesInFolder(cache).map { "\(cache)/\($0)" }
                #expect(files.count == 2)
                let sound = try readFile(at: files[0], limit: 1 << 20)
                for damaged in [
                    [], Array(sound.prefix(10)), Array(sound.dropLast()),
                    sound.dropLast() + [sound[sound.count - 1] ^ 1],
                    sound + [0], Array("another file".utf8),
                ] {
                    try replaceFile(at: files[0], with: damaged)
                    #expect(try await compilations(cache) == 1)
                    #expect(try readFile(at: files[0], limit: 1 << 20) == sound)
                }
                // Whole, but no image that the driver takes.
                let head = String(decoding: sound.prefix { $0 != 0 }, as: UTF8.self).split(
                    separator: "\n", maxSplits: 1)
                let key = try #require(head.first).dropFirst("fovea cuda 1, ".count)
                CompilationCache(cache).keep([1, 2, 3], of: String(head[1]), key: String(key))
                #expect(try await compilations(cache) == 1)
                #expect(try readFile(at: files[0], limit: 1 << 20) == sound)
                // Another compute capability is another question.
                var settings = fake_gpu_defaults()
                settings.capability_major = 8
                fake_gpu_configure(settings)
                #expect(try await compilations(cache) == 2)
            }
        }

        @Test("are compiled each time where the folder cannot be written")
        func unwritable() async throws {
            try await inTemporaryFolder { folder in
                try replaceFile(at: folder + "/file", with: [1])
                #expect(try await compilations(folder + "/file/kernels") == 2)
                #expect(try await compilations(folder + "/file/kernels") == 2)
            }
        }
    }
}
