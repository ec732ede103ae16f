// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is compiled with. No unsafe flags: packages that depend on Fovea must be able to build it.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "fovea",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Fovea", targets: ["Fovea"]),
        .executable(name: "fovea", targets: ["FoveaCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    ],
    targets: [
        .target(name: "FoveaFoundation", swiftSettings: settings),
        .target(name: "FoveaGraph", dependencies: ["FoveaFoundation"], swiftSettings: settings),
        .target(name: "FoveaRuntime", dependencies: ["FoveaFoundation", "FoveaGraph"], swiftSettings: settings),
        .target(name: "CFoveaCPU", linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        .target(
            name: "FoveaCPU", dependencies: ["FoveaFoundation", "FoveaGraph", "FoveaRuntime", "CFoveaCPU"],
            swiftSettings: settings),
        .target(name: "CFoveaCUDA", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(
            name: "FoveaCUDA", dependencies: ["FoveaFoundation", "FoveaGraph", "FoveaRuntime", "CFoveaCUDA"],
            swiftSettings: settings),
        .target(
            name: "FoveaNN",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(
            name: "CFoveaImages",
            linkerSettings: ["jpeg", "png", "webp", "webpdemux", "gif", "lcms2"].map { .linkedLibrary($0) }),
        .target(
            name: "FoveaData", dependencies: ["FoveaFoundation", "FoveaGraph", "CZlib", "CFoveaImages"],
            swiftSettings: settings),
        .target(name: "CFoveaDownload", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(
            name: "FoveaDownload", dependencies: ["FoveaFoundation", "FoveaGraph", "FoveaData", "CFoveaDownload"],
            swiftSettings: settings),
        .target(
            name: "FoveaFormats",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaNN",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .target(
            name: "FoveaTraining",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaCPU", "FoveaCUDA", "FoveaNN", "FoveaData",
                "FoveaFormats", .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .target(
            name: "Fovea",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaCPU", "FoveaCUDA", "FoveaNN", "FoveaData",
                "FoveaFormats", "FoveaTraining",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "FoveaCommand",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaCPU", "FoveaCUDA", "FoveaNN", "FoveaData",
                "FoveaFormats", "FoveaTraining", "FoveaDownload",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .target(
            name: "FoveaTestSupport", dependencies: ["FoveaGraph", "FoveaRuntime"], path: "Tests/FoveaTestSupport",
            swiftSettings: settings),
        .testTarget(
            name: "FoveaFoundationTests", dependencies: ["FoveaFoundation", "FoveaTestSupport"], swiftSettings: settings
        ),
        .testTarget(
            name: "FoveaGraphTests", dependencies: ["FoveaGraph", "FoveaRuntime", "FoveaTestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "FoveaRuntimeTests", dependencies: ["FoveaGraph", "FoveaRuntime", "FoveaTestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "FoveaCPUTests",
            dependencies: ["FoveaGraph", "FoveaRuntime", "FoveaCPU", "FoveaNN", "FoveaTestSupport"],
            resources: [.copy("Goldens")], swiftSettings: settings),
        .target(
            name: "CFakeGPU", dependencies: ["CFoveaCUDA"], path: "Tests/CFakeGPU",
            linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .executableTarget(
            name: "GPUReport",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaCUDA", "FoveaNN", "FoveaTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/GPUReport", swiftSettings: settings),
        .testTarget(
            name: "FoveaCUDATests",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaCPU", "FoveaCUDA", "FoveaNN", "CFakeGPU",
                "CFoveaCUDA", "FoveaTestSupport", "GPUReport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FoveaNNTests", dependencies: ["FoveaGraph", "FoveaRuntime", "FoveaNN", "FoveaTestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "FoveaDataTests",
            dependencies: ["FoveaFoundation", "FoveaGraph", "FoveaData", "CZlib", "FoveaTestSupport"],
            resources: [.copy("Goldens"), .copy("Museum")], swiftSettings: settings),
        .testTarget(
            name: "FoveaDownloadTests",
            dependencies: ["FoveaFoundation", "FoveaData", "FoveaDownload", "FoveaTestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "FoveaFormatsTests",
            dependencies: [
                "FoveaFoundation", "FoveaGraph", "FoveaRuntime", "FoveaNN", "FoveaFormats", "FoveaTestSupport",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            resources: [.copy("Goldens")], swiftSettings: settings),
        .testTarget(
            name: "FoveaTrainingTests",
            dependencies: [
                "FoveaGraph", "FoveaRuntime", "FoveaCPU", "FoveaNN", "FoveaData", "FoveaFormats", "FoveaTraining",
                "FoveaTestSupport", .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            resources: [.copy("Goldens")], swiftSettings: settings),
        .testTarget(
            name: "FoveaCommandTests",
            dependencies: [
                "FoveaCommand", "FoveaFoundation", "FoveaGraph", "FoveaData", "FoveaFormats", "FoveaTestSupport",
                "CZlib",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    ]
)
