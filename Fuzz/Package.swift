// swift-tools-version: 6.2
import PackageDescription

/// Fovea's decoders under libFuzzer, with AddressSanitizer and UndefinedBehaviorSanitizer; `script/fuzz` builds and runs it.
///
/// The folders under `Sources` with names of Fovea's targets are links to Fovea's own, so that only what decodes is built a second time.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]),
]

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "CZlib"),
        .target(
            name: "CFoveaImages",
            cSettings: [
                .unsafeFlags(["-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=undefined"])
            ],
            linkerSettings: ["jpeg", "png", "webp", "webpdemux", "gif", "lcms2"].map { .linkedLibrary($0) }),
        .target(name: "FoveaFoundation", swiftSettings: settings),
        .target(name: "FoveaGraph", dependencies: ["FoveaFoundation"], swiftSettings: settings),
        .target(
            name: "FoveaData", dependencies: ["FoveaFoundation", "FoveaGraph", "CZlib", "CFoveaImages"],
            swiftSettings: settings),
        .target(name: "CFuzz"),
        .executableTarget(
            name: "FuzzImages", dependencies: ["CFuzz", "FoveaData"],
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-sanitize=address"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
)
