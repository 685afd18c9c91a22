import FrameCore
import Glibc

/// FrameFeed's own connection to a broker, for requests that librdkafka does not have: without TLS and without a login.
struct WireConnection: ~Copyable {
  /// Why there is no answer, as the end of a sentence.
  struct Failure: Error {
    let reason: String
    /// Whether the host's name cannot be resolved.
    var isOfName = false
    /// The message of the system or the resolver; empty for other failures.
    var detail = ""
  }

  /// The largest response that is accepted, bytes.
  private static let mostBytes = 16 << 20

  private let socket: Int32
  /// The end of all waits, monotonic ns.
  private let deadline: Int64

  init(host: String, port: Int32, milliseconds: Int64) throws(Failure) {
    deadline = FrameClock.monotonic() + milliseconds * 1_000_000
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &found)
    guard code == 0 else {
      throw Failure(
        reason: "\(host) cannot be resolved", isOfName: true, detail: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(found) }
    var next = found
    var last = ETIMEDOUT
    while let address = next?.pointee {
      do throws(SystemError) {
        socket = try Self.connected(address, until: deadline)
        return
      } catch {
        last = error.number
      }
      next = address.ai_next
    }
    throw Failure(reason: "\(host):\(port) accepts no connection", detail: String(cString: strerror(last)))
  }

  deinit { close(socket) }

  private struct SystemError: Error {
    let number: Int32
  }

  /// Returns a connected socket.
  private static func connected(
    _ address: addrinfo, until deadline: Int64
  ) throws(SystemError) -> Int32 {
    let socket = Glibc.socket(address.ai_family, address.ai_socktype, address.ai_protocol)
    guard socket >= 0 else { throw SystemError(number: errno) }
    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    if connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return socket }
    var error: Int32 = errno
    var size = socklen_t(MemoryLayout<Int32>.size)
    if error == EINPROGRESS {
      error = ETIMEDOUT
      if isReady(socket, Int16(POLLOUT), until: deadline) {
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
      }
    }
    if error == 0 { return socket }
    close(socket)
    throw SystemError(number: error)
  }

  private static func isReady(_ socket: Int32, _ events: Int16, until deadline: Int64) -> Bool {
    let left = (deadline - FrameClock.monotonic()) / 1_000_000
    guard left > 0 else { return false }
    var wanted = pollfd(fd: socket, events: events, revents: 0)
    return poll(&wanted, 1, Int32(clamping: left)) > 0
  }

  /// Sends a request and waits for its response.
  /// - Parameter request: the request with its length in front.
  /// - Returns: the response, without its length.
  func ask(_ request: [UInt8]) throws(Failure) -> [UInt8] {
    var sent = 0
    while sent < request.count {
      guard Self.isReady(socket, Int16(POLLOUT), until: deadline) else {
        throw Failure(reason: "it does not answer")
      }
      let count = request.withUnsafeBytes {
        send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno != EAGAIN {
        throw Failure(reason: "it closes the connection")
      }
    }
    let length = try read(4).reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.mostBytes else { throw Failure(reason: "its answer is not one of Kafka's") }
    return try read(length)
  }

  /// The kind of server that answers.
  enum Greeting: Sendable, Equatable {
    case kafka
    case other(ForeignServer)
    case hangUp
    case silence
  }

  /// Sends a version request, as Kafka clients do first; then an empty line, which servers of text protocols wait for.
  func greet() -> Greeting {
    // ApiVersions 0 (request 18), correlation 1, client "framefeed". (Apache Kafka's ApiVersionsRequest.json)
    let client = Array("framefeed".utf8)
    let body: [UInt8] = [0, 18, 0, 0, 0, 0, 0, 1, 0, UInt8(client.count)] + client
    for request in [[0, 0, 0, UInt8(body.count)] + body, Array("\r\n\r\n".utf8)] {
      let sent = request.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent == request.count else { return .hangUp }
      let end = min(deadline, FrameClock.monotonic() + Self.greetingTime)
      guard Self.isReady(socket, Int16(POLLIN), until: end) else { continue }
      guard let size = try? read(4) else { return .hangUp }
      return ForeignServer(size).map { .other($0) } ?? .kafka
    }
    return .silence
  }

  /// How long to wait for each answer, ns.
  private static let greetingTime: Int64 = 800_000_000

  private func read(_ count: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      guard Self.isReady(socket, Int16(POLLIN), until: deadline) else {
        throw Failure(reason: "it does not answer")
      }
      // Memory grows with the bytes received, not by the announced length.
      let size = min(count - bytes.count, 1 << 16)
      let part = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        filled = max(0, recv(socket, buffer.baseAddress, size, 0))
      }
      if part.isEmpty { throw Failure(reason: "it closes the connection") }
      bytes += part
    }
    return bytes
  }
}
