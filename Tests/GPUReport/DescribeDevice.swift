import ArgumentParser
import FoveaCUDA
import FoveaRuntime

struct DescribeDevice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "The device and its libraries, and what cuDNN reads of the device.")

    func run() async throws {
        for library in CUDAInstallation.libraries() {
            print("- \(library.name): \(library.version ?? library.problem ?? "") (\(library.path ?? "not found"))")
        }
        let gpu = try GPU.open()
        print("- \(try gpu.backend(.f32).summary)")
        if let description = try gpu.libraries.cudnnDescription(ofDevice: 0) { print("\n```json\n\(description)\n```") }
    }
}
