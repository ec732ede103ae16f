import ArgumentParser
import FoveaData
import FoveaFoundation
import FoveaGraph

/// The value of `--learning-curve`: fractions of every class (`10%,25%,50%`), or numbers of images of each (`10,20,50`).
struct LearningCurveSizes: ExpressibleByArgument, CustomStringConvertible {
    /// The sizes where none are given. Of small data those that are too small are left out.
    static let standard = LearningCurveSizes(description: "10%,25%,50%")

    let description: String

    var isStandard: Bool { description == Self.standard.description }

    private init(description: String) { self.description = description }

    init?(argument: String) { description = argument }

    /// - Throws: ``FoveaError`` when the text is no list of sizes, or the sizes make no sense.
    func sizes() throws -> SubsetSizes {
        let words = description.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        let isPercent = words.allSatisfy { $0.hasSuffix("%") }
        let sizes: SubsetSizes
        if isPercent {
            sizes = .fractions(try words.map { try number(String($0.dropLast()), Double.init, of: $0) / 100 })
        } else {
            sizes = .perClass(try words.map { try number($0, { Int($0) }, of: $0) })
        }
        do {
            try sizes.validate()
        } catch let error as FoveaError {
            throw FoveaError(error.code, "--learning-curve: \(error.problem)", remedy: error.remedy)
        }
        return sizes
    }

    private func number<Number>(_ digits: String, _ parse: (String) -> Number?, of word: String) throws -> Number {
        if let number = parse(digits) { return number }
        throw FoveaError(
            .usage, "--learning-curve \(quoted(description)): \(quoted(word)) is no size beside the others.",
            remedy: "List fractions, such as 10%,25%,50%, or numbers of images of each class, such as 10,20,50.")
    }
}
