@testable import KafkaTransport

/// A small world to read in: two partitions, a group, sinks with a client each. All that may happen in it are steps of
/// its own; whatever order they come in, no record may be passed over untold.
struct ReadingWorld: Hashable {
  struct RecordID: Hashable {
    var partition: Int32
    var life: Int
    var offset: Int64
  }

  struct Log: Hashable {
    var life = 0
    var start: Int64 = 0
    /// When each record from offset 0 on was written.
    var times: [Int64] = []

    var end: Int64 { Int64(times.count) }
  }

  /// One sink and its client.
  struct Sink: Hashable {
    var reading = GroupReading()
    /// Where the client fetches next, in what it reads.
    var positions: [Int32: Int64] = [:]
    var paused: Set<Int32> = []
    var stored: [Int32: Int64] = [:]
    var inHand: [Held] = []
    var search: Search?
    var asked: [Int32: GroupReading.LogQuestion] = [:]
    /// Which life of each partition it believes to read.
    var lives: [Int32: Int] = [:]

    struct Held: Hashable {
      var place: RecordPlace
      var record: RecordID
    }
    struct Search: Hashable {
      var number: Int
      var partitions: [Int32]
    }
  }

  enum Step: Hashable {
    case produce(Int32)
    case delete(Int32)
    /// The topic is deleted and made again, with so many records in each partition.
    case makeAnew(records: Int)
    case join(Int)
    case leave(Int)
    case kill(Int)
    case find(Int)
    /// Of one partition only: the others have no leader now.
    case findOne(Int, Int32)
    case fetch(Int, Int32)
    case answer(Int, Int)
    case store(Int)
    case autoCommit(Int)
    case ask(Int)
    case tell(Int, Int32)
  }

  var logs: [Log]
  var committed: [Int32: Int64] = [:]
  var sinks: [Int: Sink] = [:]
  /// What the group has given to whom, and who has still to give up what it took.
  var given: [Int: [Int32]] = [:]
  var revoking: Set<Int> = []
  var clock: Int64 = 1

  // What must hold is judged by these.
  var answered: Set<RecordID> = []
  var lost: Set<RecordID> = []
  var gone: Set<RecordID> = []
  var toldAnew: [Int32: Int] = [:]
  var faults: [String] = []

  // So often each may still happen.
  var produces = 2
  var deletes = 1
  var anews = 1
  var joins = 3
  var kills = 1

  init(_ counts: [Int]) {
    logs = counts.map { _ in Log() }
    for (partition, count) in counts.enumerated() { for _ in 0..<count { append(Int32(partition)) } }
  }

  mutating func append(_ partition: Int32) {
    clock += 1
    logs[Int(partition)].times.append(clock)
  }

  func record(_ partition: Int32, _ offset: Int64) -> RecordID {
    RecordID(partition: partition, life: logs[Int(partition)].life, offset: offset)
  }

  func firstLater(_ partition: Int32, _ newest: Int64?) -> Int64? {
    guard let newest else { return nil }
    let log = logs[Int(partition)]
    return log.times.indices.first { log.times[$0] > newest && Int64($0) >= log.start }.map(Int64.init)
  }
}
