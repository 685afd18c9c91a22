import FoundationEssentials
import FrameCore
import Glibc

/// The line protocol between `framefeed compare` and a peer, from the peer's side: see `samples/peers/README.md`.
enum PeerLines {
  /// A request to send one payload.
  struct Order {
    let number: Int
    /// When to send, monotonic ns; `nil`: at once.
    let due: Int64?
  }

  static func ready(_ address: String?, _ client: String) { say("ready \(address ?? "-") \(client)") }

  static func received(_ number: Int, _ time: Int64) { say("received \(number) \(time)") }

  static func sent(_ number: Int, start: Int64, done: Int64) { say("sent \(number) \(start) \(done)") }

  /// One `write` call per line, so that lines of two threads do not interleave.
  private static func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
    var line = line + "\n"
    line.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
  }

  /// Calls `send` for each payload requested, until standard input ends. `send` prepares the payload, then waits until
  /// it is due.
  static func forEachOrder<E: Error>(_ send: (Order) throws(E) -> Void) throws(E) {
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count > 1, let first = Int(words[1]) else { continue }
      if words[0] == "send" {
        try send(Order(number: first, due: nil))
      } else if words[0] == "pace", words.count == 4, let count = Int(words[2]), let fps = Double(words[3]) {
        let begin = FrameClock.monotonic()
        for at in 0..<count {
          try send(Order(number: first + at, due: begin + Int64(Double(at) * 1e9 / fps)))
        }
      }
    }
  }

  /// Waits until an order is due.
  /// - Returns: its start time: the due time, or now.
  static func wait(for order: Order) -> Int64 {
    guard let due = order.due else { return FrameClock.monotonic() }
    var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    return due
  }

  /// Ends the process with an error. May be called from any thread.
  static func fail(_ why: String) -> Never {
    say(why, to: STDERR_FILENO)
    exit(1)
  }

  /// Ends the process when standard input does.
  static func endWithInput() {
    _ = PipelineThread("peer-input") {
      while readLine() != nil {}
      exit(0)
    }
  }
}

/// The payloads that a sender sends and a receiver expects: one per file, in the order of file names.
struct PeerPayloads: Sendable {
  private let payloads: [[UInt8]]
  /// The size of the largest, bytes.
  let largest: Int

  init(directory: String) throws(BenchError) {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      payloads = try names.map { [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + $0))) }
    } catch {
      throw .failed("\(directory): the payloads cannot be read: \(error)")
    }
    guard let largest = payloads.lazy.map(\.count).max() else {
      throw .failed("\(directory) has no payloads")
    }
    self.largest = largest
  }

  var count: Int { payloads.count }

  subscript(number: Int) -> [UInt8] { payloads[number % payloads.count] }

  /// Compares a received payload with the one sent; ends the process if they differ.
  func check(_ number: Int, _ received: UnsafeRawBufferPointer) {
    let same = self[number].withUnsafeBytes { sent in
      guard sent.count == received.count else { return false }
      guard let a = sent.baseAddress, let b = received.baseAddress else { return sent.isEmpty }
      return memcmp(a, b, sent.count) == 0
    }
    if !same { PeerLines.fail("payload \(number): \(received.count) bytes that are not those sent") }
  }
}

/// The arguments of a peer process.
public struct PeerOptions: Sendable {
  public enum Role: String, Sendable, CaseIterable {
    case send, receive
  }

  public var role: Role
  /// Directory of payload files.
  public var payloads: String
  /// Address of the broker or receiver, `HOST:PORT`.
  public var address: String?
  public var topic: String?

  public init(role: Role, payloads: String, address: String? = nil, topic: String? = nil) {
    self.role = role
    self.payloads = payloads
    self.address = address
    self.topic = topic
  }
}
