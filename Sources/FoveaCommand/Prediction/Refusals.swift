import FoveaFoundation
import FoveaGraph

/// The image files that could not be read, with the reasons.
struct Refusals {
    var errors: [FoveaError] = []

    /// Prints all of them.
    ///
    /// - Parameter fate: the participle for what was not done with them: "classified".
    /// - Throws: the error that the command ends with, if any: with the code that all share, or bad data.
    func report(among count: Int, _ fate: String) throws {
        guard let first = errors.first else { return }
        if count == 1 { throw first }
        for error in errors { StandardError.notice(error.description) }
        let code = errors.allSatisfy { $0.code == first.code } ? first.code : .badData
        throw FoveaError(
            code, "\(errors.count.grouped) of \(count.grouped) images could not be \(fate).",
            remedy: "The lines above say which and why.")
    }
}
