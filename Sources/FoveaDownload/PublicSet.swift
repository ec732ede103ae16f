import FoveaData
import FoveaFoundation

/// A public data set: its files with their sums, and what becomes of them.
package struct PublicSet: Sendable {
    /// A file as it is published.
    package struct File: Sendable {
        package let url: String
        package let byteCount: Int
        /// The SHA-256 sum, in hexadecimal digits.
        package let sha256: String

        package init(url: String, byteCount: Int, sha256: String) {
            (self.url, self.byteCount, self.sha256) = (url, byteCount, sha256)
        }

        /// The last part of the URL.
        package var name: String { url.pathComponents.last ?? url }
    }

    package enum Layout: Sendable {
        /// The files are the data.
        case files
        /// A folder in the archives is the data.
        case folder(String)
        /// Lists in the files say which picture belongs to which part and class: the data is a folder of class folders for
        /// each part.
        case pictures(PictureLists)
    }

    package let name: String
    package let summary: String
    package let licence: String
    /// The page that describes the set.
    package let page: String
    package let files: [File]
    package let layout: Layout

    package init(
        name: String, summary: String, licence: String, page: String, files: [File], layout: Layout
    ) {
        (self.name, self.summary, self.licence, self.page) = (name, summary, licence, page)
        (self.files, self.layout) = (files, layout)
    }

    package var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }
}
