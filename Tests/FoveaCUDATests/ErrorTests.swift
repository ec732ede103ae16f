import CFakeGPU
import FoveaCUDA
import FoveaGraph
import FoveaRuntime
import Testing

extension CUDATests {
    @Suite("What is wrong with a CUDA device is said with a remedy")
    struct ErrorTests {
        init() { FakeGPU.reset() }

        private func configure(_ change: (inout fake_gpu_settings) -> Void) {
            var settings = fake_gpu_defaults()
            change(&settings)
            fake_gpu_configure(settings)
        }

        private func error(_ body: () async throws -> Void) async -> FoveaError? {
            do {
                try await body()
                return nil
            } catch {
                return error as? FoveaError
            }
        }

        @Test("no device, an old one, one that is not there, a driver that is too old, a device in use")
        func opening() async throws {
            let cases: [(words: String, remedy: String, change: (inout fake_gpu_settings) -> Void)] = [
                ("no CUDA device", "--device cpu", { $0.init_result = 100 }),
                ("no CUDA device", "--device cpu", { $0.device_count = 0 }),
                ("driver is older", "Update the driver", { $0.init_result = 35 }),
                ("used by another process", "--device cuda:N", { $0.init_result = 46 }),
                (
                    "NVRTC 13.0 is newer than the driver, which knows CUDA up to 12.2", "Update",
                    { $0.driver_version = 12020 }
                ),
                ("makes no kernels for Fake GPU, compute capability 9.9", "newer NVRTC", { $0.capability_minor = 9 }),
                ("compute capability 7.5", "Ampere", { ($0.capability_major, $0.capability_minor) = (7, 5) }),
            ]
            for (words, remedy, change) in cases {
                FakeGPU.reset()
                configure(change)
                let error = await error { _ = try FakeGPU.backend() }
                #expect(error?.code == .unavailable)
                #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "no error")")
                #expect(error?.remedy.contains(remedy) == true, "\(error?.remedy ?? "no remedy")")
                #expect(unsafe fake_gpu_live("stream") == 0)
                #expect(unsafe fake_gpu_live("context") == 0)
            }
            FakeGPU.reset()
            let other = await error { _ = try CUDABackend(FakeGPU.libraries, device: 3) }
            #expect(other?.problem == "There is no device cuda:3 on this machine.")
            #expect(other?.remedy == "It has only cuda:0.")
        }

        /// A graph with a state, an input and an output of so many numbers.
        private func graph(_ count: Int) throws -> Graph {
            let builder = GraphBuilder()
            let x = try builder.input("x", .float32([count]))
            let total = try builder.state("total", .float32([count]))
            let sum = try x + total
            builder.update("total", to: sum)
            builder.output("y", sum)
            return builder.graph
        }

        @Test("too little memory: what was wanted and what is free")
        func memory() async throws {
            configure { $0.total_memory = 1 << 20 }
            let device = Device(try FakeGPU.backend())
            let error = await error { _ = try await device.compile(graph(1 << 20)) }
            #expect(error?.code == .unavailable)
            #expect(error?.problem.contains("Not enough memory on Fake GPU: a state of type f32[1048576]") == true)
            #expect(error?.problem.contains("are free") == true)
            #expect(error?.remedy.contains("smaller batch") == true)
        }

        @Test("every call of the driver and the compiler may fail: an error, no trap, nothing left behind")
        func everyCall() async throws {
            let calls = [
                "cuInit", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDeviceGetAttribute",
                "cuDeviceTotalMem_v2", "cuDriverGetVersion", "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent",
                "cuStreamCreate", "cuMemAlloc_v2", "cuMemsetD8Async", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
                "cuStreamSynchronize", "cuModuleLoadData", "cuModuleGetFunction", "cuLaunchKernel",
                "nvrtcVersion", "nvrtcGetNumSupportedArchs", "nvrtcGetSupportedArchs", "nvrtcCreateProgram",
                "nvrtcCompileProgram", "nvrtcGetCUBINSize", "nvrtcGetCUBIN",
            ]
            for call in calls {
                FakeGPU.reset()
                unsafe fake_gpu_fail(call, 0, call.hasPrefix("nvrtc") ? 11 : 999)
                let failure = await error {
                    let device = Device(try FakeGPU.backend())
                    let program = try await device.compile(graph(1000))
                    let results = try await device.run(program, ["x": Tensor(repeating: 1, .float32([1000]))])
                    #expect(results["y"]?.floats.allSatisfy { $0 == 1 } == true)
                }
                #expect(failure != nil, "\(call) failed, and nobody noticed")
                #expect(failure?.remedy.isEmpty == false, "\(call)")
                #expect(FakeGPU.misuse == nil, "\(call): \(FakeGPU.misuse ?? "")")
                for kind in ["stream", "module", "context", "program"] {
                    #expect(unsafe fake_gpu_live(kind) == 0, "\(call) left a \(kind) behind")
                }
                #expect(fake_gpu_allocations() == 0, "\(call) left memory behind")
            }
        }

        @Test("after an error that loses the device, every use says so")
        func lost() async throws {
            let device = Device(try FakeGPU.backend())
            let program = try await device.compile(graph(100))
            let input = Tensor(repeating: 1, .float32([100]))
            _ = try await device.run(program, ["x": input])
            unsafe fake_gpu_fail("cuLaunchKernel", 0, 700)
            for _ in 0..<2 {
                let failure = await error { _ = try await device.run(program, ["x": input]) }
                #expect(failure?.problem.contains("CUDA_ERROR_ILLEGAL_ADDRESS") == true)
                #expect(failure?.remedy.contains("start the process again") == true)
            }
        }
    }
}
