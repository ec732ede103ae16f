import Foundation
import Synchronization

/// An HTTP server on this machine that answers each request as a test says, to the byte.
final class LocalServer: Sendable {
    struct Request: Sendable {
        let path: String
        /// By their names in lower case.
        let headers: [String: String]
    }

    private let listener: Int32
    let port: UInt16
    private let state = Mutex<(requests: [Request], open: [Int32])>(([], []))

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }

    /// - Parameter answer: the bytes of the response, after which the connection is closed; nil for silence.
    init(_ answer: @escaping @Sendable (Request) -> [UInt8]?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safe: the system reads and fills the struct, whose size it is told.
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                let request = Self.request(on: connection)
                state.withLock { $0.requests.append(request) }
                if let bytes = answer(request) {
                    Self.send(bytes, on: connection)
                    close(connection)
                } else {
                    state.withLock { $0.open.append(connection) }
                }
            }
            // Closed by the thread that accepts: its number may belong to another test's server right after.
            close(listener)
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { $0.open.forEach { close($0) } }
    }

    private static func request(on connection: Int32) -> Request {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        // Safe: the system writes one byte.
        while !text.suffix(4).elementsEqual([13, 10, 13, 10]), unsafe recv(connection, &byte, 1, 0) == 1 {
            text.append(byte)
        }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\r\n")
        let headers = lines.dropFirst().compactMap { line in
            line.firstIndex(of: ":").map {
                (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
            }
        }
        let words = lines.first?.split(separator: " ") ?? []
        return Request(
            path: words.count > 1 ? String(words[1]) : "", headers: Dictionary(headers) { first, _ in first })
    }

    private static func send(_ bytes: [UInt8], on connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safe: the system reads the bytes of the slice.
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Runs `body` with a server that answers as told.
func withServer(
    _ answer: @escaping @Sendable (LocalServer.Request) -> [UInt8]?, _ body: (LocalServer) throws -> Void
) throws {
    let server = try LocalServer(answer)
    defer { server.stop() }
    try body(server)
}

/// A response with this content, of which only a part is sent where that is asked for.
func response(
    _ status: String = "200 OK", _ headers: [String] = [], content: [UInt8] = [], sending count: Int? = nil,
    length: Int? = nil
) -> [UInt8] {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(length ?? content.count)", "Connection: close"] + headers
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + content.prefix(count ?? content.count)
}
