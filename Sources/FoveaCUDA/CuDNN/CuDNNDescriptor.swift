import CFoveaCUDA

/// What cuDNN answered instead of doing what it was asked to.
struct CuDNNProblem: Error, Hashable, CustomStringConvertible {
    let status: Int
    let description: String
}

/// A descriptor of cuDNN's graph interface: a bag of attributes until it is finalized, what it describes from then on.
@safe final class CuDNNDescriptor: @unchecked Sendable {
    // Unchecked: written by the thread that makes it only, and never after it is finalized.
    private let calls: fovea_cudnn
    let handle: UnsafeMutableRawPointer?

    init(_ type: Int, _ calls: fovea_cudnn) throws(CuDNNProblem) {
        self.calls = calls
        var handle: UnsafeMutableRawPointer? = nil
        let status = unsafe calls.cudnnBackendCreateDescriptor(Int32(type), &handle)
        unsafe self.handle = unsafe handle
        try check(status)
    }

    deinit {
        if unsafe handle != nil { _ = unsafe calls.cudnnBackendDestroyDescriptor(handle) }
    }

    func set(_ name: Int, _ numbers: [Int]) throws(CuDNNProblem) {
        try set(name, FOVEA_CUDNN_TYPE_INT64, numbers.map { Int64($0) })
    }

    /// Sets an attribute that is a number of one of cuDNN's enumerations, or an int.
    func set(_ name: Int, code: Int, of type: Int) throws(CuDNNProblem) { try set(name, type, [Int32(code)]) }

    func set(_ name: Int, _ descriptors: [CuDNNDescriptor]) throws(CuDNNProblem) {
        try set(name, FOVEA_CUDNN_TYPE_BACKEND_DESCRIPTOR, descriptors.map { unsafe UInt(bitPattern: $0.handle) })
    }

    func set(_ name: Int, float: Float) throws(CuDNNProblem) { try set(name, FOVEA_CUDNN_TYPE_FLOAT, [float]) }

    func set(_ name: Int, truth: Bool) throws(CuDNNProblem) { try set(name, FOVEA_CUDNN_TYPE_BOOLEAN, [truth]) }

    func set(_ name: Int, addresses: [UInt64]) throws(CuDNNProblem) {
        try set(name, FOVEA_CUDNN_TYPE_VOID_PTR, addresses)
    }

    func set(_ name: Int, text: String) throws(CuDNNProblem) {
        try set(name, FOVEA_CUDNN_TYPE_CHAR, Array(text.utf8))
    }

    private func set<Element: BitwiseCopyable>(_ name: Int, _ type: Int, _ elements: [Element]) throws(CuDNNProblem) {
        let status = unsafe elements.withUnsafeBytes {
            unsafe calls.cudnnBackendSetAttribute(
                handle, Int32(name), Int32(type), Int64(elements.count), $0.baseAddress)
        }
        try check(status)
    }

    func finalize() throws(CuDNNProblem) { try check(unsafe calls.cudnnBackendFinalize(handle)) }

    /// The numbers of an attribute of some enumeration, at most so many.
    func codes(_ name: Int, of type: Int, atMost limit: Int) throws(CuDNNProblem) -> [Int] {
        try elements(name, type, Array(repeating: Int32(0), count: limit)).map(Int.init)
    }

    func number(_ name: Int) throws(CuDNNProblem) -> Int {
        try elements(name, FOVEA_CUDNN_TYPE_INT64, [Int64(0)]).first.map { Int($0) } ?? 0
    }

    func text(_ name: Int) throws(CuDNNProblem) -> String {
        let count = try count(name, FOVEA_CUDNN_TYPE_CHAR)
        return String(
            decoding: try elements(name, FOVEA_CUDNN_TYPE_CHAR, [UInt8](repeating: 0, count: count)), as: UTF8.self)
    }

    /// The descriptors that an attribute consists of.
    func descriptors(_ name: Int, of type: Int, count given: Int? = nil) throws(CuDNNProblem) -> [CuDNNDescriptor] {
        let count = if let given { given } else { try self.count(name, FOVEA_CUDNN_TYPE_BACKEND_DESCRIPTOR) }
        var made: [CuDNNDescriptor] = []
        for _ in 0..<count { made.append(try CuDNNDescriptor(type, calls)) }
        // There may be fewer than were announced.
        let filled = try elements(
            name, FOVEA_CUDNN_TYPE_BACKEND_DESCRIPTOR, made.map { unsafe UInt(bitPattern: $0.handle) }
        ).count
        return Array(made.prefix(filled))
    }

    private func count(_ name: Int, _ type: Int) throws(CuDNNProblem) -> Int {
        var count: Int64 = 0
        try check(unsafe calls.cudnnBackendGetAttribute(handle, Int32(name), Int32(type), 0, &count, nil))
        return max(0, Int(count))
    }

    /// - Parameter room: an element for each that is wanted at most, with what cuDNN expects in their places.
    private func elements<Element: BitwiseCopyable>(
        _ name: Int, _ type: Int, _ room: [Element]
    ) throws(CuDNNProblem) -> [Element] {
        var (elements, count) = (room, Int64(0))
        let status = unsafe elements.withUnsafeMutableBytes {
            unsafe calls.cudnnBackendGetAttribute(
                handle, Int32(name), Int32(type), Int64(room.count), &count, $0.baseAddress)
        }
        try check(status)
        return Array(elements.prefix(max(0, Int(count))))
    }

    private func check(_ status: Int32) throws(CuDNNProblem) {
        guard status != 0 else { return }
        throw CuDNNProblem(status: Int(status), description: calls.lastProblem(status))
    }
}

extension fovea_cudnn {
    /// cuDNN's words on what went wrong last.
    func lastProblem(_ status: Int32) -> String {
        var text = [CChar](repeating: 0, count: 512)
        unsafe cudnnGetLastErrorString(&text, text.count)
        let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let name = unsafe cudnnGetErrorString(status).map { unsafe String(cString: $0) } ?? "status \(status)"
        return words.isEmpty ? name : "\(name): \(words)"
    }
}
