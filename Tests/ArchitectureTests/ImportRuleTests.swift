import Testing

@Suite("Imports follow the seams table of ARCHITECTURE.md")
struct ImportRuleTests {
    /// Parts of the toolchain: no dependency of ours, so they need no owner.
    static let toolchainModules: Set = [
        "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Musl",
        "Synchronization",
    ]

    let page: String
    let rule: ImportRule

    init() throws {
        page = try PackageFolder.text("ARCHITECTURE.md")
        rule = try #require(ImportRule(page: page))
    }

    @Test("No file imports what its target's row does not allow")
    func everyImportIsAllowed() throws {
        let targets = try PackageFolder.sourceFolders()
        let violations = try targets.flatMap { target in
            try PackageFolder.sourceFiles(of: target).flatMap { file in
                rule.violations(in: try PackageFolder.text(file), file: file, of: target)
            }
        }
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test("Every target has a row, and every row a target")
    func rowsAreTargets() throws {
        #expect(try PackageFolder.sourceFolders() == rule.allowed.keys.sorted())
    }

    @Test("Nobody inside imports the umbrella or the command")
    func nobodyImportsTheEnds() {
        for (target, modules) in rule.allowed {
            #expect(!modules.contains("Fovea"), "\(target) may import the umbrella")
            #expect(!modules.contains("FoveaCommand"), "\(target) may import the command")
        }
    }

    @Test("Each outside dependency is imported by exactly the targets that the dependency table names")
    func dependenciesHaveOwners() throws {
        let dependencies = try #require(MarkdownTable(startingWith: "Dependency", in: page))
        var owners: [String: Set<String>] = [:]
        for cells in dependencies.rows {
            try #require(cells.count == 5, "a row is: dependency, version, modules, owner, why")
            for module in codeNames(in: cells[2]) {
                owners[module] = Set(codeNames(in: cells[3])).intersection(rule.allowed.keys)
            }
        }
        let ours = Set(rule.allowed.keys)
        let swiftTargets = rule.allowed.filter { !$0.key.hasPrefix("C") }
        let outside = swiftTargets.values.reduce(into: Set<String>()) { $0.formUnion($1) }
            .subtracting(ours.filter { !$0.hasPrefix("C") }).subtracting(Self.toolchainModules)
        #expect(outside.sorted() == owners.keys.sorted())
        for (module, named) in owners {
            let importers = swiftTargets.filter { $0.value.contains(module) }.keys
            #expect(Set(importers) == named, "\(module) is imported by \(importers.sorted()), the table says \(named)")
        }
    }

    @Test(
        "Every way to write an import is seen, and nothing else",
        arguments: [
            ("import Bad", ["Bad"]),
            ("    import Bad // why", ["Bad"]),
            ("public import Bad", ["Bad"]),
            ("internal import Bad", ["Bad"]),
            ("@_exported public import Bad", ["Bad"]),
            ("@testable import Bad", ["Bad"]),
            ("@_spi(Inner) @preconcurrency import Bad", ["Bad"]),
            ("import struct Bad.Thing", ["Bad"]),
            ("public import func Bad.run", ["Bad"]),
            ("import Bad.Part", ["Bad"]),
            ("import Good; import Bad", ["Good", "Bad"]),
            ("// import Bad", []),
            ("/// import Bad", []),
            ("let text = \"import Bad\"", []),
            ("important(Bad)", []),
        ])
    func importsAreSeen(_ source: String, _ modules: [String]) {
        #expect(importedModules(in: source).map(\.name) == modules)
    }

    @Test("A forbidden import is reported with its file and line")
    func violationsAreReported() throws {
        let rule = try #require(
            ImportRule(
                page: """
                    | Target | Owns | May import |
                    |---|---|---|
                    | `A` | values | `Foundation` |
                    | `CA` | a shim | `zlib.h` |
                    """))
        let found = rule.violations(in: "import Foundation\n\n@testable import B", file: "Sources/A/a.swift", of: "A")
        #expect(found.map(\.description) == ["Sources/A/a.swift:3: A must not import B"])
        let header = "#include <zlib.h>\n#include \"own.h\"\n # include <stdio.h>"
        let included = rule.violations(in: header, file: "Sources/CA/c.h", of: "CA")
        #expect(included.map(\.description) == ["Sources/CA/c.h:3: CA must not import stdio.h"])
    }

    @Test("A target without a row may import nothing")
    func unknownTargetsMayImportNothing() throws {
        let rule = try #require(ImportRule(page: "| Target | May import |\n|---|---|\n| `A` | |"))
        #expect(rule.violations(in: "import Foundation", file: "Sources/B/b.swift", of: "B").count == 1)
    }

    @Test("A page without the table gives no rule")
    func pagesWithoutTable() {
        #expect(ImportRule(page: "# Nothing here") == nil)
    }
}
