import FrameCore

/// A sender and a receiver process of one transport, what is between them, and their payloads.
final class PeerPair {
  /// The times of one payload, monotonic ns.
  struct Passage {
    /// When it was requested, or due.
    let start: Int64
    /// When it was sent, answered or acknowledged, depending on the transport.
    let done: Int64
    /// When the receiver had all bytes.
    let received: Int64
  }

  let transport: Transport
  /// The client's own description.
  let client: String
  private let sender: PeerProcess
  private let receiver: PeerProcess
  private let relay: PeerProcess?
  /// Payloads sent so far.
  private var count = 0
  /// Longest time for a payload, ns.
  private let timeout: Int64

  /// Starts both processes and waits until they are ready.
  init(_ transport: Transport, _ place: PeerPlace) throws(BenchError) {
    self.transport = transport
    timeout = FrameClock.nanoseconds(place.timeout)
    let deadline = FrameClock.monotonic() + max(timeout, 30_000_000_000)
    let isKafka = transport.kind == .kafka
    receiver = try PeerProcess(
      transport.name + " receiver", transport.command(.receive, place, address: place.broker),
      environment: transport.environment)
    // Without a broker the sender needs the receiver's address first; with one both start at once.
    var address = isKafka ? place.broker : try Self.ready(receiver, deadline).address
    relay = try transport.relay.map { program throws(BenchError) in
      let command = program + ["receive", "--payloads", place.payloads, "--address", address]
      let relay = try PeerProcess(transport.name + " relay", command)
      address = try Self.ready(relay, deadline).address
      return relay
    }
    sender = try PeerProcess(
      transport.name + " sender", transport.command(.send, place, address: address),
      environment: transport.environment)
    client = try Self.ready(sender, deadline).client
    if isKafka { _ = try Self.ready(receiver, deadline) }
  }

  private static func ready(
    _ process: PeerProcess, _ deadline: Int64
  ) throws(BenchError) -> (address: String, client: String) {
    let words = try process.words(until: deadline)
    guard words.count > 1, words[0] == "ready" else {
      throw .failed("a peer sent \"\(words.joined(separator: " "))\"; expected \"ready ADDRESS CLIENT\"")
    }
    return (String(words[1]), words.dropFirst(2).joined(separator: " "))
  }

  /// Sends payloads one after the other, each after the previous one has been received.
  func oneInFlight(_ payloads: Int, isEnough: (Int) -> Bool = { _ in false }) throws(BenchError) -> [Passage]
  {
    var passages: [Passage] = []
    while passages.count < payloads, !isEnough(passages.count) {
      try sender.say("send \(count)")
      passages.append(try passage(of: count))
      count += 1
    }
    return passages
  }

  /// Sends payloads one after the other for some time, ns, or until it is stopped; nothing of it counts.
  func warmUp(_ time: Int64, _ stop: StopSignal) throws(BenchError) {
    let end = FrameClock.monotonic() + time
    _ = try oneInFlight(.max) { _ in FrameClock.monotonic() >= end || stop.isRequested }
  }

  /// Sends payloads at a fixed rate, each at its due time.
  func paced(_ payloads: Int, fps: Double) throws(BenchError) -> [Passage] {
    try startPaced(payloads, fps: fps)
    return try passages(payloads)
  }

  /// Begins to send payloads at a fixed rate; returns at once. ``passages(_:)`` returns their times.
  func startPaced(_ payloads: Int, fps: Double) throws(BenchError) {
    try sender.say("pace \(count) \(payloads) \(fps)")
  }

  /// Waits for payloads that were begun.
  func passages(_ payloads: Int) throws(BenchError) -> [Passage] {
    var passages: [Passage] = []
    for number in count..<count + payloads { passages.append(try passage(of: number)) }
    count += payloads
    return passages
  }

  private func passage(of number: Int) throws(BenchError) -> Passage {
    let deadline = FrameClock.monotonic() + timeout
    let sent = try numbers(sender, "sent", number, 2, deadline)
    let received = try numbers(receiver, "received", number, 1, deadline)
    return Passage(start: sent[0], done: sent[1], received: received[0])
  }

  private func numbers(
    _ process: PeerProcess, _ verb: String, _ number: Int, _ times: Int, _ deadline: Int64
  ) throws(BenchError) -> [Int64] {
    let words = try process.words(until: deadline)
    let values = words.dropFirst().compactMap { Int64($0) }
    guard words.first == verb[...], values.count == times + 1, values[0] == number else {
      throw .peer(
        name: transport.name,
        reason: "sent \"\(words.joined(separator: " "))\"; expected \"\(verb) \(number)\" and times")
    }
    return Array(values.dropFirst())
  }

  /// The processes that send and receive.
  var processes: (sender: Int32, receiver: Int32) { (sender.processID, receiver.processID) }

  /// Stops both processes, so that others have the machine to themselves.
  func suspend() {
    sender.suspend()
    relay?.suspend()
    receiver.suspend()
  }

  func resume() {
    receiver.resume()
    relay?.resume()
    sender.resume()
  }

  func stop() {
    sender.stop()
    relay?.stop()
    receiver.stop()
  }
}

/// The parameters that all peers get.
struct PeerPlace: Sendable {
  /// Directory of payload files.
  let payloads: String
  let broker: String
  let topic: String
  /// Longest time for one payload, s.
  let timeout: Double
  /// File of the authority that signed the broker's certificate; `nil` without TLS.
  var authority: String?
}
