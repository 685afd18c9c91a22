import KafkaTransport

/// The frame of each feed that waits for the model, for policy `latest`. A value type without locks, threads or
/// records.
///
/// The newest frame of each feed waits, in whatever order frames arrive: within a run the one with the highest number,
/// among runs in one partition the one sent last, across partitions the one due last. A frame older than one already
/// returned is dropped, so that no feed's answers go backward. The feed that has waited longest is served first.
struct LatestFrames: Sendable, Equatable {
  /// The age of a frame within its feed.
  struct Age: Sendable, Equatable {
    var run: String
    /// `nil` for frames of other programs.
    var sequence: Int?
    /// When the frame was due, ns since the Unix epoch.
    var scheduled: Int64
    var place: RecordPlace

    /// Returns whether this frame is newer, and so preferred.
    func isNewer(than other: Age) -> Bool {
      if run == other.run, let sequence, let otherSequence = other.sequence {
        return sequence > otherSequence
      }
      // A partition is in the order of sending, even if a restarted source's clock differs.
      if place.partition == other.place.partition, place.generation == other.place.generation {
        return place.offset > other.place.offset
      }
      // Of two frames due at the same time, the later arrival.
      return scheduled >= other.scheduled
    }
  }

  /// The result of an offer.
  enum Offer: Equatable {
    /// The frame waits; it replaces this one, if any.
    case waits(dropping: Int?)
    /// The frame is older than one that waits or was returned.
    case dropped
    /// There is no room: offer it again later.
    case full
  }

  private struct Waiting: Equatable {
    var frame: Int
    var age: Age
    var turn: Int
    var bytes: Int
  }

  /// The most feeds whose last frame is remembered while none waits: feed names are hostile input.
  static let maximumServed = 10_000

  private let capacity: Int
  private let byteCapacity: Int
  private var waiting: [String: Waiting] = [:]
  private var bytes = 0
  /// The last frame returned of each feed.
  private var served: [String: (age: Age, turn: Int)] = [:]
  private var turns = 0
  /// Frames per batch, and frames returned for the next batch.
  private let batch: Int
  private var gathered = 0
  /// The most batches that the model has at a time, and those it has. A frame decoded before there is room would be
  /// older by one inference when it is used.
  private let inFlight: Int
  private var atModel = 0

  /// - Parameters:
  ///   - batch: frames per batch.
  ///   - inFlight: the most batches that the model has at a time.
  ///   - capacity: the most frames that wait, and `bytes` the most bytes of them. When full, no frame of a further feed
  ///     is accepted.
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

  /// Whether a frame may be returned now.
  var canServe: Bool { atModel < inFlight && gathered < batch && !waiting.isEmpty }

  /// Offers a frame.
  /// - Parameter frame: its number, unique among all offers.
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

  /// Returns the frame whose feed has waited longest.
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

  /// Reports that a returned frame is not decoded, because it is too old.
  mutating func cancelServed() {
    precondition(gathered > 0, "nothing was handed out")
    gathered -= 1
  }

  /// Reports that the model gets a batch with this number of frames.
  mutating func batchStarted(_ frames: Int) {
    precondition(frames <= gathered, "more frames than were handed out")
    gathered -= frames
    atModel += 1
  }

  /// Reports that the model has answered a batch.
  mutating func batchAnswered() {
    precondition(atModel > 0, "more answers than batches")
    atModel -= 1
  }

  /// Drops all waiting frames.
  mutating func removeAll() -> [Int] {
    defer {
      waiting = [:]
      bytes = 0
    }
    return waiting.values.map(\.frame)
  }
}
