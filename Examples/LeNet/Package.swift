// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "LeNet",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "fovea", path: "../..")],
    targets: [.executableTarget(name: "LeNet", dependencies: [.product(name: "Fovea", package: "fovea")])]
)
