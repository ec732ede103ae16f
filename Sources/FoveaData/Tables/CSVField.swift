/// A text as a field of a CSV record (RFC 4180), quoted where it has to be.
package func csvField(_ text: String) -> String {
    // By code points: a line feed behind a carriage return would be another character.
    let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
    let isPlain = !text.unicodeScalars.contains(where: special.contains) && text.unicodeScalars.first != "\u{FEFF}"
    return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
}
