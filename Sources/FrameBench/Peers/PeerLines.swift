import FoundationEssentials
import FrameCore
import Glibc

/// The line protocol between `framefeed compare` and a peer, from the peer's side: see `samples/peers/README.md`.
enum PeerLines {
  /// One payload that is to go out.
  struct Order {
    let number: Int
    /// ns, monotonic; `nil`: at once.
    let due: Int64?
  }

  static func ready(_ address: String?, _ client: String) { say("ready \(address ?? "-") \(client)") }

  static func received(_ number: Int, _ time: Int64) { say("received \(number) \(time)") }

  static func sent(_ number: Int, start: Int64, done: Int64) { say("sent \(number) \(start) \(done)") }

  /// One write a line: lines of two threads do not mix.
  private static func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
    var line = line + "\n"
    line.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
  }

  /// Calls `send` for each payload that is ordered, until standard input ends. `send` waits until it is due,
  /// having made ready what needs no time of its own.
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

  /// Waits for an order's time.
  /// - Returns: when it starts: its due time, or now.
  static func wait(for order: Order) -> Int64 {
    guard let due = order.due else { return FrameClock.monotonic() }
    var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    return due
  }

  /// Ends the process, from any thread.
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

/// What a sender sends and a receiver expects: one payload a file, in the order of their names.
struct PeerPayloads: Sendable {
  private let payloads: [[UInt8]]

  init(directory: String) throws(BenchError) {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      payloads = try names.map { [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + $0))) }
    } catch {
      throw .failed("\(directory): the payloads cannot be read: \(error)")
    }
    guard !payloads.isEmpty else { throw .failed("\(directory) has no payloads") }
  }

  subscript(number: Int) -> [UInt8] { payloads[number % payloads.count] }

  var largest: Int { payloads.map(\.count).max()! }

  /// Checks what was received against what was sent; ends the process if it is something else.
  func check(_ number: Int, _ received: UnsafeRawBufferPointer) {
    let same = self[number].withUnsafeBytes { sent in
      guard sent.count == received.count else { return false }
      guard let a = sent.baseAddress, let b = received.baseAddress else { return sent.isEmpty }
      return memcmp(a, b, sent.count) == 0
    }
    if !same { PeerLines.fail("payload \(number): \(received.count) bytes that are not those sent") }
  }
}

/// How a peer was started.
public struct PeerOptions: Sendable {
  public enum Role: String, Sendable, CaseIterable {
    case send, receive
  }

  public var role: Role
  /// Directory of payload files.
  public var payloads: String
  /// Broker or receiver, `HOST:PORT`.
  public var address: String?
  public var topic: String?

  public init(role: Role, payloads: String, address: String? = nil, topic: String? = nil) {
    self.role = role
    self.payloads = payloads
    self.address = address
    self.topic = topic
  }
}
