public import FoveaGraph
import Synchronization

/// The states that one owner keeps on a device: a network's parameters and statistics, an optimizer's slots.
///
/// A program reads and updates only the states that it was compiled with, whatever their names, so two networks on one
/// device never share by accident. Programs that should share, such as training and evaluation of one network, are
/// compiled with the same `DeviceStates`. The memory is freed when the last owner and the last program are gone.
public final class DeviceStates: Sendable {
    public let device: Device
    private let buffers = Mutex<[String: any DeviceBuffer]>([:])

    /// No states yet: they are created when a program needs them or a value is written.
    public init(on device: Device) { self.device = device }

    /// The values of some states.
    ///
    /// - Throws: ``FoveaError`` when there is no state of that name.
    public func read(_ names: [String]) async throws -> [Tensor] { try await device.read(names, of: self) }

    /// Runs `body` on the device's thread; it reads states one at a time, so that not all of their values have to be in
    /// memory at once.
    ///
    /// - Parameter body: receives a function that reads a state by its name.
    /// - Throws: what `body` throws, and ``FoveaError`` when there is no state of a name.
    public func reading<Result: Sendable>(
        _ body: @Sendable (_ read: (String) throws -> Tensor) throws -> Result
    ) async throws -> Result { try await device.reading(self, body) }

    /// Gives states new values; missing states are created.
    ///
    /// - Parameter values: each name once.
    /// - Throws: ``FoveaError`` when a state exists with another type.
    public func write(_ values: [(name: String, tensor: some TensorSource)]) async throws {
        try await device.write(values, to: self)
    }

    /// The names of the states with an element that is NaN or infinite, in byte order.
    public func nonFiniteNames() async throws -> [String] { try await device.nonFiniteNames(of: self) }

    /// The memory of each state, by name.
    var current: [String: any DeviceBuffer] { buffers.withLock { $0 } }

    package func contains(_ name: String) -> Bool { buffers.withLock { $0[name] != nil } }

    func buffer(_ name: String) throws -> any DeviceBuffer {
        guard let buffer = buffers.withLock({ $0[name] }) else {
            throw FoveaError(
                .usage, "The device holds no state named `\(name)` for this owner.",
                remedy: "Compile a program that has it, or write it, first.")
        }
        return buffer
    }

    /// Throws ``FoveaError`` when a state exists with another type than a graph expects.
    func expectTypes(of states: [(name: String, type: TensorType, value: ValueID)]) throws {
        let current = current
        for held in states {
            guard let buffer = current[held.name], buffer.type != held.type else { continue }
            throw FoveaError(
                .usage, "The device holds `\(held.name)` as \(buffer.type), the graph expects \(held.type).",
                remedy: "Give another network states of its own.")
        }
    }

    /// Creates memory for missing states. Called on the device's compute thread only.
    func create(_ wanted: [(name: String, type: TensorType)], on backend: any Backend) throws {
        try buffers.withLock { buffers in
            let missing = wanted.filter { buffers[$0.name] == nil }
            guard !missing.isEmpty else { return }
            for (wanted, buffer) in zip(missing, try backend.makeBuffers(missing.map(\.type))) {
                buffers[wanted.name] = buffer
            }
        }
    }
}
