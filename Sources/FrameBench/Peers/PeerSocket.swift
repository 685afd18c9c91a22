import Glibc

/// A TCP socket on the loopback interface, closed when the value is destroyed. Payloads follow eight bytes of length in
/// the machine's own byte order.
struct PeerSocket: ~Copyable {
  private let number: Int32

  private init(number: Int32) { self.number = number }

  deinit { close(number) }

  /// Listens on a free port.
  static func listening() throws(BenchError) -> PeerSocket {
    let listening = try tcp()
    var address = loopback(port: 0)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try check("bind", withSocketAddress(&address) { bind(listening.number, $0, size) })
    try check("listen", listen(listening.number, 1))
    return listening
  }

  /// Returns its own address, `127.0.0.1:PORT`.
  borrowing func address() throws(BenchError) -> String {
    var (address, size) = (Self.loopback(port: 0), socklen_t(MemoryLayout<sockaddr_in>.size))
    try Self.check("getsockname", Self.withSocketAddress(&address) { getsockname(number, $0, &size) })
    return "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }

  /// Waits for a connection.
  borrowing func accepted() throws(BenchError) -> PeerSocket {
    PeerSocket(number: try Self.check("accept", accept(number, nil, nil)))
  }

  /// - Parameter address: `127.0.0.1:PORT`.
  static func connected(to address: String?) throws(BenchError) -> PeerSocket {
    guard let port = address?.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw .option("--address: expected 127.0.0.1:PORT")
    }
    signal(SIGPIPE, SIG_IGN)  // a closed connection is an error, not the end of the process
    let connection = try tcp()
    var address = loopback(port: port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try check(
      "connect to port \(port)", withSocketAddress(&address) { connect(connection.number, $0, size) })
    return connection
  }

  /// Receives one payload into memory.
  /// - Returns: its bytes; `nil` when the other side has closed the connection.
  borrowing func receive(
    into memory: UnsafeMutableRawBufferPointer, number: Int
  ) throws(BenchError) -> UnsafeRawBufferPointer? {
    var length: UInt64 = 0
    let isMore = try withUnsafeMutableBytes(of: &length) { bytes throws(BenchError) in try fill(bytes) }
    guard isMore else { return nil }
    guard length <= UInt64(memory.count) else {
      throw .failed("payload \(number): \(length) bytes announced")
    }
    let payload = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(length)])
    guard try fill(payload) else { throw .failed("payload \(number): cut off") }
    return UnsafeRawBufferPointer(payload)
  }

  /// Sends one payload.
  borrowing func send(_ payload: UnsafeRawBufferPointer) throws(BenchError) {
    var length = UInt64(payload.count)
    try withUnsafeBytes(of: &length) { bytes throws(BenchError) in try push(bytes) }
    try push(payload)
  }

  private borrowing func push(_ bytes: UnsafeRawBufferPointer) throws(BenchError) {
    try Self.writeAll(bytes, to: number)
  }

  /// Writes all bytes to a file descriptor.
  static func writeAll(_ bytes: UnsafeRawBufferPointer, to number: Int32) throws(BenchError) {
    var done = 0
    while done < bytes.count {
      let count = write(number, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      try check("write", Int32(clamping: count))
      done += count
    }
  }

  /// - Returns: false when the other side has closed the connection.
  private borrowing func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(BenchError) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = read(number, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      try Self.check("read", Int32(clamping: count))
      if count == 0 { return false }
      done += count
    }
    return true
  }

  private static func tcp() throws(BenchError) -> PeerSocket {
    let number = try check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var on: Int32 = 1
    setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return PeerSocket(number: number)
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func withSocketAddress(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Int32
  ) -> Int32 {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
  }

  @discardableResult
  static func check(_ action: String, _ result: Int32) throws(BenchError) -> Int32 {
    guard result >= 0 else { throw .failed("\(action): \(String(cString: strerror(errno)))") }
    return result
  }
}
