import FrameCore

/// A plain TCP socket as a peer. The lower bound of every transport without a broker.
public enum SocketPeer {
  private static let client = "POSIX socket, Swift"

  /// Runs until standard input ends.
  public static func run(_ options: PeerOptions) throws(BenchError) {
    let payloads = try PeerPayloads(directory: options.payloads)
    switch options.role {
    case .send: try send(payloads, options.address)
    case .receive: try receive(payloads)
    }
  }

  private static func receive(_ payloads: PeerPayloads) throws(BenchError) {
    let listening = try PeerSocket.listening()
    PeerLines.ready(try listening.address(), client)
    let connection = try listening.accepted()
    PeerLines.endWithInput()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: payloads.largest, alignment: 64)
    defer { memory.deallocate() }
    var count = 0
    while let payload = try connection.receive(into: memory, number: count) {
      let now = FrameClock.monotonic()
      payloads.check(count, payload)
      PeerLines.received(count, now)
      count += 1
    }
  }

  private static func send(_ payloads: PeerPayloads, _ address: String?) throws(BenchError) {
    let connection = try PeerSocket.connected(to: address)
    PeerLines.ready(nil, client)
    try PeerLines.forEachOrder { order throws(BenchError) in
      let payload = payloads[order.number]
      let start = PeerLines.wait(for: order)
      try payload.span.bytes.withUnsafeBytes { bytes throws(BenchError) in try connection.send(bytes) }
      PeerLines.sent(order.number, start: start, done: FrameClock.monotonic())
    }
  }
}
