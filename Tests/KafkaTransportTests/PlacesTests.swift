import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// A record's place belongs to its partition: on topics whose partitions have different lengths, positions by the
/// broker's answer.
@Suite(.serialized) struct PlacesTests {
  private func deadline(seconds: Int64 = 30) -> Int64 { FrameClock.monotonic() + seconds * 1_000_000_000 }

  /// Reads so many records, storing after each, so that the partitions' stores alternate as the records come.
  private func read(_ consumer: FrameConsumer, _ count: Int) -> [RecordPlace] {
    var places: [RecordPlace] = []
    let deadline = deadline()
    while places.count < count, FrameClock.monotonic() < deadline {
      guard let place = consumer.nextPlace() else { continue }
      places.append(place)
      consumer.store(partition: place.partition, next: place.offset + 1)
    }
    return places
  }

  /// Shared in a group, and with partitions of one's own.
  @Test(arguments: [nil, [0, 1, 2]] as [[Int32]?]) func eachPartitionHasItsOwnPosition(own: [Int32]?) throws {
    var topic = try UnequalTopic([40, 7, 90])
    let first = try topic.consumer("g", partitions: own)
    #expect(read(first, 137).count == 137)
    // Once more in the other order: the last one stored is another partition than the first.
    for partition: Int32 in [2, 0, 1] {
      first.store(partition: partition, next: topic.lengths[Int(partition)])
    }
    try first.close()
    let once = try topic.committed("g")
    #expect(once == [40, 7, 90])
    // The next one reads what came since, all of it and nothing else.
    try topic.append([60, 1, 5])
    let second = try topic.consumer("g", partitions: own)
    let places = read(second, 66)
    let further = second.nextPlace(milliseconds: 200)
    #expect(further == nil)
    try second.close()
    let added = Set(
      zip([40, 7, 90], topic.lengths).enumerated().flatMap { partition, range in
        (range.0..<range.1).map { RecordPlace(partition: Int32(partition), offset: $0) }
      })
    #expect(places.count == 66 && Set(places) == added)
    let twice = try topic.committed("g")
    #expect(twice == [100, 8, 95])
  }

  /// Stored behind each other's back from several threads, as decoders and the model do.
  @Test func storesFromManyThreadsStayApart() throws {
    let lengths: [Int64] = [300, 20, 150, 80]
    let topic = try UnequalTopic(lengths)
    let consumer = try topic.consumer("g", partitions: [0, 1, 2, 3])
    #expect(read(consumer, 1).count == 1)
    let threads = (0..<4).map { partition in
      PipelineThread("store") {
        for next in 1...lengths[partition] { consumer.store(partition: Int32(partition), next: next) }
      }
    }
    for thread in threads { thread.join() }
    try consumer.close()
    let stored = try topic.committed("g")
    #expect(stored == lengths)
  }

  /// A second member joins in the middle and leaves again. Single partitions are moved: while a group moves all of
  /// them, this cluster refuses commits that brokers take. On a machine that has much to do a session may end, and
  /// what it had not committed comes again; nothing is passed over.
  @Test func membersComeAndGo() throws {
    let strategy = "cooperative-sticky"
    var topic = try UnequalTopic([120, 10, 60, 30])
    let moved = Mutex(0)
    let first = try topic.consumer(
      "g", strategy: strategy,
      .init(assigned: { _ in }, revoked: { given in moved.withLock { $0 += given.count } }))
    var places = Set(read(first, 50))
    var ofSecond = 0
    let second = try topic.consumer("g", strategy: strategy)
    func readOn(_ consumers: [FrameConsumer], while goesOn: () -> Bool) {
      let deadline = deadline()
      while goesOn(), FrameClock.monotonic() < deadline {
        for consumer in consumers {
          guard let place = consumer.nextPlace(milliseconds: 5) else { continue }
          consumer.store(partition: place.partition, next: place.offset + 1)
          places.insert(place)
          if consumer === second { ofSecond += 1 }
        }
      }
    }
    readOn([first, second]) { moved.withLock { $0 } == 0 }
    try topic.append([20, 200, 5, 70])
    readOn([first, second]) { places.count < 515 || ofSecond == 0 }
    try second.close()
    try topic.append([1, 2, 3, 4])
    readOn([first]) { places.count < 525 }
    try first.close()
    #expect(places.count == 525 && ofSecond > 0)
    let committed = try topic.committed("g")
    #expect(committed == topic.lengths)
  }

  /// A group's position that the coordinator does not tell is asked for again, not taken for none.
  @Test func anUnknownPositionIsNotTheBeginning() throws {
    var topic = try UnequalTopic([40, 7, 90])
    let first = try topic.consumer("g", partitions: [0, 1, 2])
    #expect(read(first, 137).count == 137)
    try first.close()
    try topic.append([1, 2, 3])
    topic.cluster.delay(.offsetFetch, of: 1, milliseconds: 1500)
    let assigned = Mutex<[Int64?]>([])
    let second = try topic.consumer(
      "g", partitions: [0, 1, 2], answerTimeout: 300,
      .init(assigned: { given in assigned.withLock { $0 = given.map(\.offset) } }, revoked: { _ in }))
    let places = read(second, 6)
    #expect(second.nextPlace(milliseconds: 200) == nil)
    try second.close()
    #expect(places.allSatisfy { $0.offset >= [40, 7, 90][Int($0.partition)] }, "\(places)")
    #expect(assigned.withLock { $0 } == [nil, nil, nil])
    let committed = try topic.committed("g")
    #expect(committed == [41, 9, 93])
  }
}
