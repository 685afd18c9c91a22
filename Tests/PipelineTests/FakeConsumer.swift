import FrameCore
import FrameModels
import LogLines
import Synchronization

@testable import FrameFeed
@testable import KafkaTransport

/// A clock that only its reader moves.
final class ManualClock: Sendable {
  private let time = Atomic<Int64>(1_000_000_000_000)

  var now: Int64 { time.load(ordering: .sequentiallyConsistent) }

  func advance(milliseconds: Int) {
    time.add(Int64(milliseconds) * 1_000_000, ordering: .sequentiallyConsistent)
  }
}

/// A consumer that gives what a test has written down, in that order, and then nothing; time passes as it waits.
final class FakeConsumer: RecordConsumer {
  enum Step {
    /// An image without headers, as other tools send them: the key names its feed.
    case frame(feed: String, partition: Int32, offset: Int64, assignment: Int)
    /// A record that is no frame.
    case garbage(partition: Int32, offset: Int64)
    case end(Int32)
    case event(ReadingEvent)
    case problem(TransportError)
  }

  struct State {
    var steps: [Step]
    /// Given while the group is served.
    var servings: [Step] = []
    var handedOut: Set<RecordPlace> = []
    var done: [RecordPlace] = []
    var served = 0
    var pauses: [Bool] = []
    var isSettled = true
    var partitions: [Int32] = []
    var behind: Int?
    var standstill: Standstill.Cause?
    var isAsked = false
    var awaited: [Int32] = []
    var openTransaction: (partition: Int32, offset: Int64)?
    var isTopicNew = false
    var fatal: TransportError?
  }

  let clock: ManualClock
  let state: Lock<State>
  /// Called at each poll that gives nothing.
  private let nothing: @Sendable (FakeConsumer) -> Void

  init(
    _ steps: [Step] = [], clock: ManualClock = ManualClock(),
    nothing: @escaping @Sendable (FakeConsumer) -> Void = { _ in }
  ) {
    state = Lock(State(steps: steps))
    self.clock = clock
    self.nothing = nothing
  }

  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

  func poll(milliseconds: Int) -> Polled {
    let step: Step? = state.withLock { $0.steps.isEmpty ? nil : $0.steps.removeFirst() }
    guard let step else {
      clock.advance(milliseconds: milliseconds)
      nothing(self)
      return .nothing
    }
    return give(step)
  }

  func serve() -> Polled {
    let step: Step? = state.withLock { state in
      state.served += 1
      return state.servings.isEmpty ? nil : state.servings.removeFirst()
    }
    clock.advance(milliseconds: 10)
    return step.map { give($0) } ?? .nothing
  }

  private func give(_ step: Step) -> Polled {
    switch step {
    case .frame(let feed, let partition, let offset, let assignment):
      let place = RecordPlace(partition: partition, offset: offset, assignment: assignment, generation: 0)
      state.withLock { _ = $0.handedOut.insert(place) }
      return .record(Self.record(feed: feed, Self.picture, place))
    case .garbage(let partition, let offset):
      let place = RecordPlace(partition: partition, offset: offset, assignment: 1, generation: 0)
      state.withLock { _ = $0.handedOut.insert(place) }
      return .record(Self.record(feed: "?", [1, 2, 3], place))
    case .end(let partition): return .partitionEnd(partition)
    case .event(let event):
      if case .assigned(let beginnings) = event { change { $0.partitions = beginnings.map(\.partition) } }
      return .event(event)
    case .problem(let error): return .problem(error)
    }
  }

  func pause(_ isPaused: Bool) { change { $0.pauses.append(isPaused) } }

  func done(_ place: RecordPlace) {
    change { state in
      state.done.append(place)
      state.handedOut.remove(place)
    }
  }

  var done: [RecordPlace] { state.withLock { $0.done } }
  var isAnswered: Bool { state.withLock { $0.handedOut.isEmpty } }
  var isSettled: Bool { state.withLock { $0.isSettled } }
  var partitions: [Int32] { state.withLock { $0.partitions } }
  var behind: Int? { state.withLock { $0.behind } }
  var topicPartitions: Int { 3 }
  func checkTopicIsNew() -> Bool { state.withLock { $0.isTopicNew } }
  func inquire() { change { $0.isAsked = true } }
  func takeTopicState(isExpecting: Bool) -> FrameConsumer.TopicState? {
    state.withLock { state in
      guard state.isAsked else { return nil }
      state.isAsked = false
      guard let cause = state.standstill else { return .well }
      return .wrong(
        Standstill(cause: cause, side: .reading(group: "g"), topic: "frames", brokers: "b:1"))
    }
  }
  var awaited: [Int32] { state.withLock { $0.awaited } }
  func throttleMessage() -> String? { nil }
  var openTransaction: (partition: Int32, offset: Int64)? { state.withLock { $0.openTransaction } }
  var fatalError: TransportError? { state.withLock { $0.fatal } }

  /// The first bytes of a PNG file of 4 x 4 px: enough to be taken for a frame.
  static let picture: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
    + [0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0, 0, 0]

  static func record(feed: String, _ value: [UInt8], _ place: RecordPlace) -> Record {
    let key = Array(feed.utf8)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: value.count + key.count, alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: value + key)
    // It copies them.
    return Record(
      value: UnsafeRawBufferPointer(rebasing: bytes[..<value.count]),
      key: UnsafeRawBufferPointer(rebasing: bytes[value.count...]),
      timestamp: 1_700_000_000_000 + place.offset,
      place, received: FrameClock.now())
  }

  static func beginning(_ partition: Int32, _ offset: Int64 = 0) -> PartitionBeginning {
    PartitionBeginning(partition: partition, offset: offset, cause: .beginning, lost: 0..<0)
  }
}

/// A sink with a small model and a log that is kept, which no broker is behind.
struct LonelySink {
  let sink: FeedSink
  let lines: Lines

  final class Lines: Sendable {
    let all = Lock<[String]>([])
    var texts: [String] { all.withLock { $0 } }
  }

  init(_ change: (inout SinkOptions) -> Void = { _ in }) throws {
    let manifest = #"{"name":"null","runtime":{"kind":"builtin"},"input":{"width":4,"height":4}}"#
    let lines = Lines()
    var options = SinkOptions(
      model: try ModelManifest.parse(Array(manifest.utf8), file: "m.json"),
      kafka: KafkaSettings(brokers: "nowhere:1"),
      log: Log(level: .notice) { line in lines.all.withLock { $0.append(line.message) } })
    change(&options)
    sink = try FeedSink(options)
    self.lines = lines
  }
}
