import Foundation
import Testing

@Suite("The pages about the code")
struct PageTests {
    @Test("name only files and folders that are there", arguments: ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
    func pathsExist(_ page: String) throws {
        let folders = ["Sources/", "Tests/", "Examples/", "script/", "docs/", ".ci/"]
        let named = codeNames(in: try PackageFolder.text(page)).compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        let paths = named.filter { name in folders.contains { name.hasPrefix($0) } }
        #expect(!paths.isEmpty)
        for path in paths {
            #expect(FileManager.default.fileExists(atPath: PackageFolder.root.appending(path: path).path), "\(path)")
        }
    }

    @Test("put each symbol into the file or folder that has it", arguments: try PackageFolder.pages())
    func symbolsAreThere(_ page: String) throws {
        let claims = PageClaim.all(in: try PackageFolder.text(page))
        #expect(page != "ARCHITECTURE.md" || claims.count > 15)
        let code = try PackageFolder.code()
        let wrong = claims.filter { !$0.holds(in: code) }
        #expect(wrong.isEmpty, "\(wrong.map(\.description).joined(separator: "\n"))")
    }

    @Test("name only types that are there")
    func typesAreThere() throws {
        let named = typeNames(in: try PackageFolder.text("ARCHITECTURE.md"))
        #expect(named.count > 50)
        let known = Set(try PackageFolder.code().values.flatMap { words(of: $0) })
        let unknown = named.filter { !$0.split(separator: ".").allSatisfy(known.contains) }
        #expect(unknown.isEmpty, "\(unknown.sorted())")
    }

    @Test("list the passes, each by the name of its file")
    func passesAreThere() throws {
        let table = try #require(MarkdownTable(startingWith: "Pass", in: try PackageFolder.text("ARCHITECTURE.md")))
        let code = try PackageFolder.code()
        let folder = "Sources/FoveaGraph/Passes"
        let passes = code.filter {
            $0.key.hasPrefix("\(folder)/") && $0.value.contains(/struct \w+: (Pass|Simplification)\b/)
        }.keys
        #expect(passes.sorted() == table.rows.flatMap { codeNames(in: $0[0]) }.map { "\(folder)/\($0).swift" }.sorted())
    }

    @Test("say of each target only what it declares")
    func targetsOwnSymbols() throws {
        let table = try #require(MarkdownTable(startingWith: "Target", in: try PackageFolder.text("ARCHITECTURE.md")))
        let code = try PackageFolder.code()
        let claims = table.rows.flatMap { cells in
            // What a target re-exports, another declares.
            typeNames(in: String(cells[1].prefix { $0 != ";" })).sorted().map {
                PageClaim(symbol: $0, path: "Sources/\(codeNames(in: cells[0])[0])")
            }
        }
        #expect(claims.count > 10)
        let wrong = claims.filter { !$0.holds(in: code) }
        #expect(wrong.isEmpty, "\(wrong.map(\.description).joined(separator: "\n"))")
    }

    @Test("are read in every way in which they say where a symbol is, and what is false is found")
    func madeUpPage() {
        let page = """
            `Layer` (`Sources/A/Layer.swift`) describes; `Layer.call(_:)` in `Sources/A/Layer.swift` and `Mask`
            (`Sources/A`, `Sources/B`) too. `Lost` (`Sources/A/Layer.swift`) and `Mentioned` (`Sources/A`) do not.

            1. `Sources/A/Layer.swift`: the layer. Declares `Layer` and
               `weight`, not `bias`; `two words` and `Sources/A` are no symbols.
            - `Sources/C/loop.c`: the loop, `run_loop`, not `Layer`.

            ```swift
            // `Shown` (`Sources/A/Layer.swift`)
            ```
            """
        let code = [
            "Sources/A/Layer.swift": """
            /// Mentioned: struct Mentioned.
            struct Layer { let weight: Int; func call(_ bias: Int) {} }
            """,
            "Sources/A/Mask.swift": "enum Mask {}", "Sources/C/loop.c": "void run_loop(void) {}",
            "Sources/AB/Lost.swift": "struct Lost {}",
        ]
        let claims = PageClaim.all(in: page)
        #expect(claims.count == 10)
        #expect(
            claims.filter { !$0.holds(in: code) }.map(\.description) == [
                "`Lost` is not in `Sources/A/Layer.swift`", "`Mentioned` is not in `Sources/A`",
                "`bias` is not in `Sources/A/Layer.swift`", "`Layer` is not in `Sources/C/loop.c`",
            ])
        #expect(typeNames(in: "`Layer.call(_:)`, `OMP_NUM_THREADS`, `path`, `Reduction.c`") == ["Layer.call"])
    }
}

@Suite("The umbrella")
struct UmbrellaTests {
    @Test("re-exports every library target but those that have nothing of their own for users")
    func reexportsEverything() throws {
        let umbrella = try PackageFolder.text("Sources/Fovea/Fovea.swift")
        let exported = umbrella.matches(of: /@_exported public import (\w+)/).map { String($0.1) }
        let libraries = try PackageFolder.sourceFolders().filter { name in
            name.hasPrefix("Fovea") && !["Fovea", "FoveaCommand", "FoveaDownload", "FoveaFoundation"].contains(name)
        }
        #expect(exported.sorted() == libraries)
    }
}
