// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Convolution",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "fovea", path: "../..")],
    targets: [.executableTarget(name: "Convolution", dependencies: [.product(name: "Fovea", package: "fovea")])]
)
