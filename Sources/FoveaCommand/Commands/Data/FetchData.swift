import ArgumentParser
import FoveaDownload
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime

/// `fovea data fetch`
struct FetchData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Downloads a public data set, checked and ready for --data.",
        discussion: """
            Without a name it lists the sets. Each file must have the published SHA-256 sum. A download that was cut off goes on \
            where it ended when the command runs again. The licences are those that the sources state: read their pages.
            """)

    @Argument(help: "The set.")
    var name: String?

    @Option(help: ArgumentHelp("Folder for the set. (default: its name)", valueName: "folder"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "Where else to take the published files from: a mirror's address, to which their names are added, or a folder.",
            valueName: "address or folder"))
    var from: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let name else {
            guard to == nil, from == nil else {
                throw FoveaError(
                    .usage, "--to and --from need the name of a set.",
                    remedy: "`fovea data fetch` lists the names.")
            }
            return try list()
        }
        guard let set = PublicSet.all.first(where: { $0.name == name }) else {
            let names = PublicSet.all.map(\.name)
            let suggestion = nearestName(to: name, among: names).map { "Did you mean `\($0)`? " } ?? ""
            throw FoveaError(
                .usage, "There is no set \(quoted(name)).",
                remedy: suggestion + "Known sets: \(names.joined(separator: ", ")).")
        }
        let folder = to ?? name
        var bar = TransferBar()
        defer { bar.clear() }
        try Fetch(set, from: try Fetch.Origin(from), to: folder) { bar.show($0) }.run()
        bar.clear()
        if output.json {
            try StandardOutput.document(["path": .string(folder)])
        } else {
            try StandardOutput.line("\(folder.onOneLine): \(set.summary)")
        }
    }

    private func list() throws {
        if output.json {
            try StandardOutput.document(
                .array(
                    PublicSet.all.map { set in
                        [
                            "name": .string(set.name), "summary": .string(set.summary),
                            "bytes": .integer(set.byteCount), "licence": .string(set.licence),
                            "page": .string(set.page),
                        ]
                    }))
        } else {
            try StandardOutput.line(
                textTable(
                    header: ["Name", "Download", "Licence", "Description", "Page"],
                    rows: PublicSet.all.map { set in
                        [set.name, byteCountText(set.byteCount), set.licence, set.summary, set.page]
                    }, rightAligned: [1]))
        }
    }
}
