import KafkaTransport

/// Which frame of each feed waits for the model, by policy `latest`: a value without locks, threads or records.
///
/// The newest frame of each feed waits, whatever order frames come in: of one run the one with the highest number, of
/// several runs in one partition the one that was sent last, in several partitions the one that was due last. What is older than a frame that was handed out already is dropped, so
/// that no feed's answers go backward. The feed that has waited longest is served first.
struct LatestFrames: Sendable, Equatable {
  /// How new a frame is within its feed.
  struct Age: Sendable, Equatable {
    var run: String
    /// `nil` for frames of other tools.
    var sequence: Int?
    /// When it was due, ns since the Unix epoch.
    var scheduled: Int64
    var place: RecordPlace

    /// Whether this is to be preferred.
    func isNewer(than other: Age) -> Bool {
      if run == other.run, let sequence, let otherSequence = other.sequence {
        return sequence > otherSequence
      }
      // A log is in the order of sending, whatever a restarted source's clock says.
      if place.partition == other.place.partition, place.life == other.place.life {
        return place.offset > other.place.offset
      }
      // Of two that are equally old the one that came last.
      return scheduled >= other.scheduled
    }
  }

  /// What becomes of a frame that is offered.
  enum Offer: Equatable {
    /// It waits; the frame before it, if there was one, is dropped.
    case waits(dropping: Int?)
    /// It is older than one that waits or was handed out.
    case dropped
    /// There is no room: offer it again.
    case full
  }

  private struct Waiting: Equatable {
    var frame: Int
    var age: Age
    var turn: Int
    var bytes: Int
  }

  /// Feeds whose last frame is remembered when none waits: feed names are hostile input.
  static let maximumServed = 10_000

  private let capacity: Int
  private let byteCapacity: Int
  private var waiting: [String: Waiting] = [:]
  private var bytes = 0
  /// What was handed out last of each feed.
  private var served: [String: (age: Age, turn: Int)] = [:]
  private var turns = 0
  /// Frames of a batch; and how many were handed out for the next.
  private let batch: Int
  private var gathered = 0
  /// Batches that the model takes at a time; and how many it has. A frame that is decoded while it has no room is an
  /// inference older when it is looked at.
  private let inFlight: Int
  private var atModel = 0

  /// - Parameters:
  ///   - batch: frames of one batch.
  ///   - inFlight: batches that the model takes at a time.
  ///   - capacity: frames that may wait, and `bytes` of them. When full a frame of a further feed does not get in.
  init(batch: Int, inFlight: Int = 1, capacity: Int, bytes: Int) {
    precondition(batch > 0 && inFlight > 0 && capacity > 0)
    self.batch = batch
    self.inFlight = inFlight
    self.capacity = capacity
    byteCapacity = bytes
  }

  static func == (left: Self, right: Self) -> Bool {
    left.waiting == right.waiting && left.gathered == right.gathered && left.atModel == right.atModel
      && left.served.mapValues(\.age) == right.served.mapValues(\.age)
  }

  var isEmpty: Bool { waiting.isEmpty }

  /// Whether a frame may be handed out now.
  var canServe: Bool { atModel < inFlight && gathered < batch && !waiting.isEmpty }

  /// A frame has come.
  /// - Parameter frame: its number; none twice.
  mutating func offer(_ frame: Int, feed: String, _ age: Age, bytes size: Int) -> Offer {
    if let before = served[feed]?.age, !age.isNewer(than: before) { return .dropped }
    let old = waiting[feed]
    if let old {
      guard age.isNewer(than: old.age) else { return .dropped }
    } else if waiting.count >= capacity || (bytes + size > byteCapacity && !waiting.isEmpty) {
      return .full
    } else {
      turns += 1
    }
    bytes += size - (old?.bytes ?? 0)
    waiting[feed] = Waiting(frame: frame, age: age, turn: old?.turn ?? turns, bytes: size)
    return .waits(dropping: old?.frame)
  }

  /// Hands out the frame whose feed has waited longest.
  mutating func serve() -> Int? {
    guard canServe, let (feed, first) = waiting.min(by: { $0.value.turn < $1.value.turn }) else { return nil }
    waiting[feed] = nil
    bytes -= first.bytes
    turns += 1
    served[feed] = (first.age, turns)
    if served.count > Self.maximumServed { forgetOldest() }
    gathered += 1
    return first.frame
  }

  private mutating func forgetOldest() {
    let oldest = served.sorted { $0.value.turn < $1.value.turn }.prefix(Self.maximumServed / 10)
    for (feed, _) in oldest { served[feed] = nil }
  }

  /// A frame that was handed out goes to no model: it was too old.
  mutating func giveBack() {
    precondition(gathered > 0, "nothing was handed out")
    gathered -= 1
  }

  /// The model takes a batch of so many frames.
  mutating func taken(_ frames: Int) {
    precondition(frames <= gathered, "more frames than were handed out")
    gathered -= frames
    atModel += 1
  }

  /// The model has answered a batch.
  mutating func answered() {
    precondition(atModel > 0, "more answers than batches")
    atModel -= 1
  }

  /// Drops all that wait.
  mutating func removeAll() -> [Int] {
    defer {
      waiting = [:]
      bytes = 0
    }
    return waiting.values.map(\.frame)
  }
}
