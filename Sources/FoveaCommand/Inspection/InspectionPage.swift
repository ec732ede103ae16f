import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// What a data set holds and what is wrong with it as one HTML page, which needs no other file, no network and no script.
struct InspectionPage {
    private let inspection: DataInspection
    private var survey: DataSurvey { inspection.survey }

    /// More would make the page large and help nobody.
    private static let (maximumClasses, maximumGroups, maximumPictures) = (100, 12, 6)
    private static let (classesWithSamples, samples) = (30, 8)

    init(_ inspection: DataInspection) { self.inspection = inspection }

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(survey.name)): inspection</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <header>
        <h1>\(escaped(survey.name))</h1>
        <p class="verdict \(inspection.isWrong ? "bad" : "good")">\(verdict)</p>
        </header>
        \(facts)
        <section><h2>Classes</h2>\(bars)</section>
        <section><h2>Problems and notes</h2>\(problems)</section>
        <section><h2>Some pictures of each class</h2>\(gallery)</section>
        <footer>Fovea \(FoveaVersion.current), <code>fovea data inspect</code></footer>
        </main>
        </body>
        </html>

        """
    }

    private var verdict: String {
        let (wrong, notes) = (inspection.problems.count { !$0.isNote }, inspection.problems.count(where: \.isNote))
        if wrong + notes == 0 { return "Nothing is wrong with it." }
        return [(wrong, "problem"), (notes, "note")].filter { $0.0 > 0 }.map { counted($0, $1) }.joined(separator: ", ")
    }

    private var facts: String {
        var rows = [("Pictures", survey.count.grouped), ("Classes", survey.classNames.count.grouped)]
        if survey.parts.count > 1 {
            rows += survey.parts.map { part in
                (part.rawValue, (inspection.counts[part]?.reduce(0, +) ?? 0).grouped)
            }
        }
        if let sizes = inspection.sizes {
            func text(_ size: (height: Int, width: Int)) -> String { "\(size.width) × \(size.height)" }
            rows.append(
                sizes.distinct == 1
                    ? ("Size", text(sizes.median))
                    : ("Sizes", "\(text(sizes.smallest)) to \(text(sizes.largest)), median \(text(sizes.median))"))
        }
        let names = inspection.channels.count == 3 ? ["red", "green", "blue"] : ["luminance"]
        for (name, channel) in zip(names, inspection.channels) {
            rows.append(
                (
                    "Mean \(name)",
                    "\(channel.mean.text(digits: 3)) <small>± \(channel.deviation.text(digits: 3))</small>"
                ))
        }
        if let census = survey.census { rows.append(("Files", escaped(census.text))) }
        return "<dl class=\"facts\">\(rows.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }.joined())</dl>"
    }

    /// A bar for each class, divided by parts.
    private var bars: String {
        let totals = survey.classNames.indices.map { label in
            survey.parts.reduce(0) { $0 + (inspection.counts[$1]?[label] ?? 0) }
        }
        let largest = Double(max(1, totals.max() ?? 1))
        let rows = survey.classNames.indices.prefix(Self.maximumClasses).map { label in
            let pieces = survey.parts.map { part in
                let count = inspection.counts[part]?[label] ?? 0
                let share = (Double(count) / largest * 100).text(digits: 2)
                return
                    "<i class=\"\(part.rawValue)\" style=\"width:\(share)%\" title=\"\(part.rawValue): \(count.grouped)\"></i>"
            }
            return
                "<tr><th>\(escaped(survey.classNames[label]))</th><td class=\"bar\"><div>\(pieces.joined())</div></td>"
                + "<td class=\"count\">\(totals[label].grouped)</td></tr>"
        }
        let rest = survey.classNames.count - rows.count
        let legend =
            survey.parts.count > 1
            ? "<p class=\"legend\">\(survey.parts.map { "<span><i class=\"\($0.rawValue)\"></i>\($0.rawValue)</span>" }.joined())</p>"
            : ""
        return legend + "<table class=\"bars\">\(rows.joined(separator: "\n"))</table>"
            + (rest > 0 ? "<p>… and \(rest.grouped) more classes.</p>" : "")
    }

    private var problems: String {
        if inspection.problems.isEmpty { return "<p>Nothing was found.</p>" }
        return DataProblem.Kind.allCases.compactMap { kind in
            let found = inspection.problems.filter { $0.kind == kind }
            guard !found.isEmpty else { return nil }
            let rest = found.count - Self.maximumGroups
            return """
                <article class="\(found.allSatisfy(\.isNote) ? "note" : "wrong")">
                <h3>\(kind.title) <small>\(found.count > 1 ? found.count.grouped : "")</small></h3>
                <p class="advice">\(prose(kind.advice))</p>
                \(found.prefix(Self.maximumGroups).map(group).joined(separator: "\n"))
                \(rest > 0 ? "<p>… and \(rest.grouped) more; <code>--json</code> lists all.</p>" : "")
                </article>
                """
        }.joined(separator: "\n")
    }

    private func group(_ problem: DataProblem) -> String {
        let figures = problem.pictures.prefix(Self.maximumPictures).compactMap(figure)
        var text = "<p>\(prose(problem.message))</p>"
        if !figures.isEmpty { text += "<div class=\"pictures\">\(figures.joined())</div>" }
        // A figure has its file's name below it.
        let names = problem.files.suffix(min(problem.unnamedFiles.count, problem.files.count - figures.count))
        if !names.isEmpty {
            let items = names.prefix(100).map { "<li>\(escaped($0))</li>" }.joined()
            let rest = names.count > 100 ? "<li>… and \((names.count - 100).grouped) more</li>" : ""
            let title = figures.isEmpty ? counted(names.count, "file") : "\(names.count.grouped) more"
            text += "<details><summary>\(title)</summary><ul>\(items)\(rest)</ul></details>"
        }
        return "<div class=\"group\">\(text)</div>"
    }

    /// A picture with its class, its part and its name; nil where it cannot be read.
    private func figure(_ position: Int) -> String? {
        guard let image = image(position) else { return nil }
        let name = survey.name(of: position)
        let short = name.pathComponents.last ?? name
        let part = survey.parts.count > 1 ? "\(survey.part(of: position).rawValue), " : ""
        return "<figure title=\"\(escaped(name))\">\(image)<figcaption><b>\(part)"
            + "\(escaped(survey.className(of: position)))</b><br>\(escaped(short))</figcaption></figure>"
    }

    private var gallery: String {
        survey.classNames.indices.prefix(Self.classesWithSamples).map { label in
            let pictures = inspection.samples(ofClass: label, count: Self.samples).compactMap(image).joined()
            return "<h4>\(escaped(survey.classNames[label]))</h4><div class=\"pictures\">\(pictures)</div>"
        }.joined(separator: "\n")
    }

    /// A small version of a picture, within the page; nil where it cannot be read.
    private func image(_ position: Int) -> String? {
        guard let picture = try? survey.thumbnail(of: position, side: 96), let file = try? picture.png() else {
            return nil
        }
        return "<img src=\"data:image/png;base64,\(Data(file).base64EncodedString())\" width=\"\(picture.width)\" "
            + "height=\"\(picture.height)\" alt=\"\(escaped(survey.className(of: position)))\">"
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count.grouped) \(noun)\(count == 1 ? "" : "s")" }

    /// A sentence, with what is between backticks as code.
    private func prose(_ text: String) -> String {
        escaped(text).replacing(/`([^`]*)`/) { "<code>\($0.output.1)</code>" }
    }

    private func escaped(_ text: String) -> String { text.asMarkup }
}
