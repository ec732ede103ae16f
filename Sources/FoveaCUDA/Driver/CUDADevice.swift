import CFoveaCUDA
import FoveaGraph

/// What a device says of itself.
struct CUDADevice: Hashable, Sendable {
    let ordinal: Int
    /// The driver's number for it.
    let handle: Int32
    let name: String
    /// Compute capability, as 90 for 9.0.
    let capability: Int
    let multiprocessors: Int
    let memoryByteCount: Int
    /// The newest version of CUDA that the driver knows, as 13000.
    let driverVersion: Int

    /// bfloat16 and TF32 begin with it.
    static let leastCapability = 80

    private enum Attribute {
        static let multiprocessors: Int32 = 16
        static let capabilityMajor: Int32 = 75
        static let capabilityMinor: Int32 = 76
    }

    /// Initializes the driver and asks a device for its properties.
    ///
    /// - Throws: ``FoveaError`` with code `unavailable` when there is no such device or Fovea cannot use it.
    init(_ libraries: CUDALibraries, ordinal: Int) throws {
        let driver = libraries.driver
        try libraries.check(driver.cuInit(0), "initialization")
        var count: Int32 = 0
        try libraries.check(unsafe driver.cuDeviceGetCount(&count), "counting devices")
        guard count > 0 else { throw libraries.error(CUDAStatus.noDevice, "counting devices") }
        guard (0..<Int(count)).contains(ordinal) else {
            let range = count == 1 ? "only cuda:0" : "cuda:0 to cuda:\(count - 1)"
            throw FoveaError(
                .unavailable, "There is no device cuda:\(ordinal) on this machine.", remedy: "It has \(range).")
        }
        var handle: Int32 = 0
        try libraries.check(unsafe driver.cuDeviceGet(&handle, Int32(ordinal)), "finding device \(ordinal)")
        func attribute(_ number: Int32) throws -> Int {
            var value: Int32 = 0
            try libraries.check(
                unsafe driver.cuDeviceGetAttribute(&value, number, handle), "reading the device's properties")
            return Int(value)
        }
        var name = [CChar](repeating: 0, count: 256)
        try libraries.check(
            unsafe driver.cuDeviceGetName(&name, Int32(name.count), handle), "reading the device's name")
        var (memory, version) = (0, Int32(0))
        try libraries.check(unsafe driver.cuDeviceTotalMem_v2(&memory, handle), "reading the device's memory")
        try libraries.check(unsafe driver.cuDriverGetVersion(&version), "reading the driver's version")

        self.ordinal = ordinal
        self.handle = handle
        self.name = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        capability = try attribute(Attribute.capabilityMajor) * 10 + attribute(Attribute.capabilityMinor)
        multiprocessors = max(1, try attribute(Attribute.multiprocessors))
        memoryByteCount = memory
        driverVersion = Int(version)
        guard capability >= Self.leastCapability else {
            throw FoveaError(
                .unavailable,
                "The device cuda:\(ordinal), \(self.name), has compute capability \(capabilityText); Fovea needs 8.0.",
                remedy: "Use a device of the Ampere generation or later, or --device cpu.")
        }
    }

    /// `9.0`
    var capabilityText: String { "\(capability / 10).\(capability % 10)" }
    /// `13.0`
    var driverVersionText: String { "\(driverVersion / 1000).\(driverVersion % 1000 / 10)" }
}
