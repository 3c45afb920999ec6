import Foundation
import Synchronization

@testable import Files

/// A small server on the loopback for download tests: one connection at a time, `GET` only.
final class HTTPServer: Sendable {
  /// How a request is answered.
  struct Behaviour {
    /// What the file holds.
    var content: [UInt8] = []
    /// Whether `Range: bytes=N-` is honoured.
    var knowsRanges = true
    /// How many body bytes are sent before the connection is cut; nil for all.
    var cutAfter: Int?
    /// A status other than 200 and 206, with no content.
    var status: String?
  }

  /// The first line and the range of each request so far.
  let requests = Mutex<[String]>([])
  private let behaviour: Mutex<Behaviour>
  private let descriptor: Int32
  private let port: UInt16

  init(_ behaviour: Behaviour) throws {
    self.behaviour = Mutex(behaviour)
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = descriptor
    let isReady = withUnsafeMutableBytes(of: &address) { bytes in
      guard let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else {
        return false
      }
      return bind(socket, generic, length) == 0 && listen(socket, 8) == 0
        && getsockname(socket, generic, &length) == 0
    }
    guard isReady else { throw Failure(.inputOutput, "no server: \(Failure.reason(errno))") }
    port = UInt16(bigEndian: address.sin_port)
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

  var address: String { "http://127.0.0.1:\(port)/file" }

  func change(_ body: (inout Behaviour) -> Void) {
    behaviour.withLock { body(&$0) }
  }

  private func answer(_ connection: Int32) {
    var request = ""
    var block = [UInt8](repeating: 0, count: 4096)
    while !request.contains("\r\n\r\n") {
      let count = recv(connection, &block, block.count, 0)
      guard count > 0 else { return }
      request += String(decoding: block[..<count], as: UTF8.self)
    }
    let lines = request.split(separator: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range:") }
    requests.withLock { $0.append([lines[0], range ?? "whole"].joined(separator: " ")) }
    let behaviour = behaviour.withLock { $0 }
    if let status = behaviour.status {
      send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", connection)
      return
    }
    var start = 0
    var head = "HTTP/1.1 200 OK\r\n"
    let total = behaviour.content.count
    if behaviour.knowsRanges, let range {
      start = Int(range.split(separator: "=").last?.split(separator: "-").first ?? "") ?? 0
      guard start < total else {
        send(
          "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */\(total)\r\n"
            + "Content-Length: 0\r\nConnection: close\r\n\r\n", connection)
        return
      }
      head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes \(start)-\(total - 1)/\(total)\r\n"
    }
    head += "Content-Length: \(total - start)\r\nConnection: close\r\n\r\n"
    send(head, connection)
    let body = behaviour.content[start...].prefix(behaviour.cutAfter ?? total)
    send(Array(body), connection)
  }

  private func send(_ text: String, _ connection: Int32) { send(Array(text.utf8), connection) }

  private func send(_ bytes: [UInt8], _ connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
