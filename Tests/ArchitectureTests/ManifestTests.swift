import Foundation
import Testing

@Suite("The manifest keeps its promises to packages that depend on Fovea")
struct ManifestTests {
    let manifest: String

    init() throws { manifest = try PackageFolder.text("Package.swift") }

    @Test("No target has unsafe flags: SwiftPM refuses to build such a package as a dependency")
    func noUnsafeFlags() {
        #expect(!manifest.contains("unsafeFlags"))
    }

    @Test("Every outside package is pinned to one exact version, and ARCHITECTURE.md names the same")
    func versionsAreExact() throws {
        let page = try PackageFolder.text("ARCHITECTURE.md")
        let table = try #require(MarkdownTable(startingWith: "Dependency", in: page))
        let documented = Dictionary(
            table.rows.map { (codeNames(in: $0[0]).first ?? $0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
        let packages = manifest.matches(of: /\.package\(url: "[^"]*\/([^"\/]+)",([^)]*)\)/)
        #expect(!packages.isEmpty)
        for package in packages {
            let version = try #require(
                package.2.firstMatch(of: /exact: "([0-9.]+)"/), "\(package.1) is not pinned to an exact version")
            #expect(documented[String(package.1)] == String(version.1), "\(package.1)")
        }
    }

    @Test("Every Swift target is compiled with the shared settings")
    func sharedSettings() {
        let targets = manifest.matches(of: /\.(?:target|executableTarget|testTarget)\(\s*name: "(\w+)"/)
        #expect(targets.count > 10)
        for target in targets where !target.1.hasPrefix("C") {
            let declaration = manifest[target.range.lowerBound...]
            let end = declaration.dropFirst().firstMatch(of: /\n        \./)?.range.lowerBound ?? declaration.endIndex
            #expect(declaration[..<end].contains("swiftSettings: settings"), "\(target.1)")
        }
    }
}
