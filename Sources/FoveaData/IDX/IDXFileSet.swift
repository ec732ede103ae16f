/// A data set of four IDX files: the names under which the files are published, and the meaning of the labels.
struct IDXFileSet: Sendable {
    /// The set's own name; nil for MNIST's names, which other sets use too.
    let name: String?
    /// The names of the labels' classes, from ``firstLabel`` on; nil where the files decide how many there are.
    let classNames: [String]?
    let firstLabel: Int

    /// The parts of a set.
    enum Part: String, CaseIterable {
        case training, test
    }

    /// The file names without `.gz`, images first.
    func fileNames(_ part: Part) -> (images: String, labels: String) {
        let prefix =
            switch (name, part) {
            case (let name?, .training): "\(name)-train"
            case (let name?, .test): "\(name)-test"
            case (nil, .training): "train"
            case (nil, .test): "t10k"
            }
        return ("\(prefix)-images-idx3-ubyte", "\(prefix)-labels-idx1-ubyte")
    }

    var fileNames: [String] {
        Part.allCases.flatMap { part in
            let names = fileNames(part)
            return [names.images, names.labels]
        }
    }

    static let mnist = IDXFileSet(name: nil, classNames: nil, firstLabel: 0)

    /// EMNIST's six sets, with the classes that its paper and torchvision give them.
    ///
    /// Their images are stored with rows and columns exchanged, and stay so, as in torchvision. The labels of `letters` begin
    /// at 1; here its classes are the 26 letters, in torchvision there is one more, `N/A`, for the label 0.
    ///
    /// Source: G. Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", 2017.
    static let emnist: [IDXFileSet] = {
        let digits = (0...9).map(String.init)
        let small = "abcdefghijklmnopqrstuvwxyz".map(String.init)
        let capital = small.map { $0.uppercased() }
        // The letters that look the same in both cases are one class.
        let merged = digits + capital + small.filter { !"cijklmopsuvwxyz".contains($0) }
        return [
            ("balanced", merged, 0), ("byclass", digits + capital + small, 0), ("bymerge", merged, 0),
            ("digits", digits, 0), ("letters", small, 1), ("mnist", digits, 0),
        ].map { IDXFileSet(name: "emnist-\($0)", classNames: $1, firstLabel: $2) }
    }()
}
