import FoveaGraph

/// An element type of the safetensors format.
enum ElementType: Hashable {
    /// A type that tensors have too.
    case tensor(DataType)
    /// A type that is read as another, or not at all.
    case foreign(ForeignElement)

    static let all = DataType.allCases.map(tensor) + ForeignElement.allCases.map(foreign)

    /// - Parameter name: the format's name; the result is nil for an unknown one.
    init?(named name: String) {
        guard let type = Self.all.first(where: { $0.name == name }) else { return nil }
        self = type
    }

    /// The name in the format.
    var name: String {
        switch self {
        case .tensor(let dataType): dataType.safetensorsName
        case .foreign(let foreign): foreign.rawValue
        }
    }

    /// The size of an element.
    var bitCount: Int {
        switch self {
        case .tensor(let dataType): dataType.byteCount * 8
        case .foreign(let foreign): foreign.bitCount
        }
    }

    /// The type of the tensor that holds such elements exactly; nil for elements that are not read.
    var dataType: DataType? {
        switch self {
        case .tensor(let dataType): dataType
        case .foreign(let foreign): foreign.dataType
        }
    }
}
