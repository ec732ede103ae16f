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
}

@Suite("The umbrella")
struct UmbrellaTests {
    @Test("re-exports every library target but the one that has nothing of its own for users")
    func reexportsEverything() throws {
        let umbrella = try PackageFolder.text("Sources/Fovea/Fovea.swift")
        let exported = umbrella.matches(of: /@_exported public import (\w+)/).map { String($0.1) }
        let libraries = try PackageFolder.sourceFolders().filter { name in
            name.hasPrefix("Fovea") && !["Fovea", "FoveaCommand", "FoveaFoundation"].contains(name)
        }
        #expect(exported.sorted() == libraries)
    }
}
