import FrameCore
import Glibc

/// A plain TCP socket as a peer: eight bytes of length, then the payload. The lower bound of every transport.
public enum SocketPeer {
  private static let client = "POSIX socket, Swift"

  /// Runs until standard input ends.
  public static func run(_ options: PeerOptions) throws(BenchError) {
    let payloads = try PeerPayloads(directory: options.payloads)
    switch options.role {
    case .send:
      guard let port = options.address?.split(separator: ":").last.flatMap({ UInt16($0) }) else {
        throw .option("--address: expected 127.0.0.1:PORT")
      }
      try send(payloads, port)
    case .receive: try receive(payloads)
    }
  }

  private static func receive(_ payloads: PeerPayloads) throws(BenchError) {
    let listening = try Descriptor.tcp()
    var (address, size) = (loopback(port: 0), socklen_t(MemoryLayout<sockaddr_in>.size))
    try check("bind", withSocketAddress(&address) { bind(listening.number, $0, size) })
    try check("listen", listen(listening.number, 1))
    try check("getsockname", withSocketAddress(&address) { getsockname(listening.number, $0, &size) })
    PeerLines.ready("127.0.0.1:\(UInt16(bigEndian: address.sin_port))", client)
    let connection = Descriptor(number: try check("accept", accept(listening.number, nil, nil)))
    PeerLines.endWithInput()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: payloads.largest, alignment: 64)
    defer { memory.deallocate() }
    var length: UInt64 = 0
    var count = 0
    while try withUnsafeMutableBytes(of: &length, { bytes throws(BenchError) in try fill(bytes, connection) })
    {
      guard length <= UInt64(memory.count) else {
        throw .failed("payload \(count): \(length) bytes announced")
      }
      let payload = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(length)])
      guard try fill(payload, connection) else { throw .failed("payload \(count): cut off") }
      let now = FrameClock.monotonic()
      payloads.check(count, UnsafeRawBufferPointer(payload))
      PeerLines.received(count, now)
      count += 1
    }
  }

  /// - Returns: false when the other side has closed the connection.
  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, _ connection: borrowing Descriptor
  ) throws(BenchError) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = read(connection.number, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      try check("read", Int32(clamping: count))
      if count == 0 { return false }
      done += count
    }
    return true
  }

  private static func send(_ payloads: PeerPayloads, _ port: UInt16) throws(BenchError) {
    signal(SIGPIPE, SIG_IGN)  // a closed connection is an error, not the end of the process
    let connection = try Descriptor.tcp()
    var address = loopback(port: port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try check(
      "connect to port \(port)", withSocketAddress(&address) { connect(connection.number, $0, size) })
    PeerLines.ready(nil, client)
    try PeerLines.forEachOrder { order throws(BenchError) in
      let payload = payloads[order.number]
      let start = PeerLines.wait(for: order)
      var length = UInt64(payload.count)
      try withUnsafeBytes(of: &length) { bytes throws(BenchError) in try push(bytes, connection) }
      try payload.span.bytes.withUnsafeBytes { bytes throws(BenchError) in try push(bytes, connection) }
      PeerLines.sent(order.number, start: start, done: FrameClock.monotonic())
    }
  }

  private static func push(
    _ bytes: UnsafeRawBufferPointer, _ connection: borrowing Descriptor
  ) throws(BenchError) {
    var done = 0
    while done < bytes.count {
      let count = write(connection.number, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      try check("write", Int32(clamping: count))
      done += count
    }
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
  private static func check(_ action: String, _ result: Int32) throws(BenchError) -> Int32 {
    guard result >= 0 else { throw .failed("\(action): \(String(cString: strerror(errno)))") }
    return result
  }

  /// A file descriptor, closed when the value is destroyed.
  private struct Descriptor: ~Copyable {
    let number: Int32

    static func tcp() throws(BenchError) -> Descriptor {
      let number = try check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
      var on: Int32 = 1
      setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
      return Descriptor(number: number)
    }

    init(number: Int32) { self.number = number }

    deinit { close(number) }
  }
}
