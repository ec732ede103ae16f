import FoveaGraph

/// The source of the kernels of a program, in which equal kernels are one.
struct KernelCode {
    private(set) var bodies: [String] = []
    private var numbers: [String: Int] = [:]

    /// Adds a kernel's body, which reads its one parameter `arguments`; its name.
    ///
    /// - Parameter threads: the largest number of threads of a block.
    mutating func add(_ body: String, threads: Int) -> String {
        let text = "__launch_bounds__(\(threads))\n{\n\(body)\n}\n"
        if let number = numbers[text] { return name(number) }
        numbers[text] = bodies.count
        bodies.append(text)
        return name(bodies.count - 1)
    }

    private func name(_ number: Int) -> String { "\(Self.prefix)\(number)" }

    /// The sources of the modules: several, so that they are compiled at the same time.
    var sources: [String] {
        stride(from: 0, to: bodies.count, by: Self.kernelsPerModule).map { first in
            KernelPrelude.source
                + (first..<min(first + Self.kernelsPerModule, bodies.count)).map(definition).joined(separator: "\n")
        }
    }

    /// The module that a kernel is in.
    func module(of name: String) -> Int { (Int(name.dropFirst(Self.prefix.count)) ?? 0) / Self.kernelsPerModule }

    private static let prefix = "kernel"
    private static let kernelsPerModule = 16

    private func definition(_ number: Int) -> String {
        // The attribute follows the result's type, the braces the parameters.
        let parts = bodies[number].split(separator: "\n", maxSplits: 1)
        return "extern \"C\" __global__ void \(parts[0]) \(name(number))(const Arguments arguments)\n\(parts[1])"
    }
}

extension DataType {
    /// The element's type in kernels; nil where they have none.
    var kernelType: String? {
        switch self {
        case .float32: "float"
        case .bfloat16: "bfloat"
        case .int32: "int"
        case .int8: "signed char"
        case .uint8, .bool: "unsigned char"
        case .float64, .float16, .int64: nil
        }
    }
}

extension DataType {
    /// Whether kernels compute with the type, each number in float32 between loading and storing.
    var isDeviceFloat: Bool { self == .float32 || self == .bfloat16 }
}

/// A number as a literal of type float, exactly.
func floatLiteral(_ number: Double) -> String {
    let value = Float(number)
    if value.isNaN { return "not_a_number()" }
    if value.isInfinite { return value > 0 ? "infinity()" : "(-infinity())" }
    let text = "\(value)"
    let literal = (text.contains(".") || text.contains("e") ? text : text + ".0") + "f"
    return value.sign == .minus ? "(\(literal))" : literal
}
