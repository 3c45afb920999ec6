import Foundation
import Synchronization

/// A small HTTP server on the loopback for download tests: one connection at a time, `GET` only.
final class LoopbackServer: Sendable {
  /// What was asked for so far: `whole`, or the range.
  let ranges = Mutex<[String]>([])
  /// How many body bytes are sent before the connection is cut; nil for all.
  let cutAfter = Mutex<Int?>(nil)
  /// Where the content is.
  let address: String
  private let content: [UInt8]
  private let descriptor: Int32

  /// Why there is no server.
  struct Unavailable: Error {}

  init(_ content: [UInt8]) throws {
    self.content = content
    let (socket, port) = try Self.listen()
    descriptor = socket
    address = "http://127.0.0.1:\(port)/words.tar.gz"
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0, let self else { return }
        self.answer(connection)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// An address where nobody listens.
  static func closedAddress() throws -> String {
    let (socket, port) = try listen()
    close(socket)
    return "http://127.0.0.1:\(port)/words.tar.gz"
  }

  private static func listen() throws -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isReady = withUnsafeMutableBytes(of: &address) { bytes in
      guard let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else {
        return false
      }
      return bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 8) == 0
        && getsockname(descriptor, generic, &length) == 0
    }
    // Children must not keep the socket: curl would then find an open door.
    guard isReady, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw Unavailable() }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private func answer(_ connection: Int32) {
    var request = ""
    var block = [UInt8](repeating: 0, count: 4096)
    while !request.contains("\r\n\r\n") {
      let count = recv(connection, &block, block.count, 0)
      guard count > 0 else { return }
      request += String(decoding: block[..<count], as: UTF8.self)
    }
    let range = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range:") }
    let value = range?.split(separator: " ").last.map(String.init)
    ranges.withLock { $0.append(value ?? "whole") }
    var start = 0
    var head = "HTTP/1.1 200 OK\r\n"
    let total = content.count
    if let value {
      start = Int(value.split(separator: "=").last?.split(separator: "-").first ?? "") ?? 0
      head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes \(start)-\(total - 1)/\(total)\r\n"
    }
    head += "Content-Length: \(max(0, total - start))\r\nConnection: close\r\n\r\n"
    let body = content.dropFirst(start).prefix(cutAfter.withLock { $0 } ?? total)
    var rest = (Array(head.utf8) + body)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
