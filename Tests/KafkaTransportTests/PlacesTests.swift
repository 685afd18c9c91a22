import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// A record's place belongs to its partition: on topics whose partitions have different lengths, positions by the
/// broker's answer.
@Suite(.serialized) struct PlacesTests {
  private func deadline(seconds: Int64 = 30) -> Int64 { FrameClock.monotonic() + seconds * 1_000_000_000 }

  /// Reads so many records, each done with at once, so that the partitions' positions alternate as the records come.
  private func read(
    _ consumer: FrameConsumer, _ count: Int, told: (ReadingEvent) -> Void = { _ in }
  ) -> [Spot] {
    var places: [Spot] = []
    let deadline = deadline()
    while places.count < count, FrameClock.monotonic() < deadline {
      guard let place = consumer.nextPlace(told: told) else { continue }
      places.append(place.spot)
      consumer.done(place)
    }
    return places
  }

  /// Shared in a group, and with partitions of one's own.
  @Test(arguments: [PartitionChoice.shared, .these([0, 1, 2]), .all]) func eachPartitionHasItsOwnPosition(
    own: PartitionChoice
  ) throws {
    var topic = try UnequalTopic([40, 7, 90])
    let first = try topic.consumer("g", partitions: own)
    #expect(read(first, 137).count == 137)
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
        (range.0..<range.1).map { Spot(partition: Int32(partition), offset: $0) }
      })
    #expect(places.count == 66 && Set(places) == added)
    let twice = try topic.committed("g")
    #expect(twice == [100, 8, 95])
  }

  /// Done with behind each other's back from several threads, in any order, as decoders and the model do: the position
  /// stays before the first that is not.
  @Test func positionsStayBeforeWhatIsInHand() throws {
    let lengths: [Int64] = [300, 20, 150, 80]
    let topic = try UnequalTopic(lengths)
    let consumer = try topic.consumer("g", partitions: .these([0, 1, 2, 3]))
    var places: [RecordPlace] = []
    let deadline = deadline()
    while places.count < 550, FrameClock.monotonic() < deadline {
      if let place = consumer.nextPlace() { places.append(place) }
    }
    #expect(places.count == 550)
    let kept = Set([Spot(partition: 0, offset: 123), Spot(partition: 2, offset: 0)])
    let threads = (0..<4).map { number in
      let own = places.enumerated().filter { $0.offset % 4 == number }.map(\.element).shuffled()
      return PipelineThread("done") {
        for place in own where !kept.contains(place.spot) { consumer.done(place) }
      }
    }
    for thread in threads { thread.join() }
    #expect(!consumer.isAnswered)
    try consumer.close()
    let stored = try topic.committed("g")
    #expect(stored == [123, 20, -1001, 80])
  }

  /// A second member joins in the middle and leaves again. Single partitions are moved: while a group moves all of
  /// them, this cluster refuses commits that brokers take. On a machine that has much to do a session may end, and
  /// what it had not committed comes again; nothing is passed over.
  @Test func membersComeAndGo() throws {
    let strategy = "cooperative-sticky"
    var topic = try UnequalTopic([120, 10, 60, 30])
    var moved = 0
    let first = try topic.consumer("g", strategy: strategy)
    var places = Set(read(first, 50))
    var ofSecond = 0
    let second = try topic.consumer("g", strategy: strategy)
    func readOn(_ consumers: [FrameConsumer], while goesOn: () -> Bool) {
      let deadline = deadline()
      while goesOn(), FrameClock.monotonic() < deadline {
        for consumer in consumers {
          let place = consumer.nextPlace(milliseconds: 5) { event in
            if case .revoked(let given) = event, consumer === first { moved += given.count }
          }
          guard let place else { continue }
          consumer.done(place)
          places.insert(place.spot)
          if consumer === second { ofSecond += 1 }
        }
      }
    }
    readOn([first, second]) { moved == 0 }
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
    let first = try topic.consumer("g", partitions: .these([0, 1, 2]))
    #expect(read(first, 137).count == 137)
    try first.close()
    try topic.append([1, 2, 3])
    topic.cluster.delay(.offsetFetch, of: 1, milliseconds: 1500)
    var assigned: [PartitionBeginning] = []
    let second = try topic.consumer("g", partitions: .these([0, 1, 2]), answerTimeout: 300)
    let places = read(second, 6) { event in
      if case .assigned(let given) = event { assigned = given }
    }
    #expect(second.nextPlace(milliseconds: 200) == nil)
    try second.close()
    #expect(places.allSatisfy { $0.offset >= [40, 7, 90][Int($0.partition)] }, "\(places)")
    #expect(assigned.map(\.offset) == [40, 7, 90] && assigned.allSatisfy { $0.cause == .committed })
    let committed = try topic.committed("g")
    #expect(committed == [41, 9, 93])
  }

  /// The place where a group began is its position at once, also of partitions of which nothing came, and whoever
  /// takes over goes on from there; `latest` means the first start alone.
  @Test func latestIsAPositionOfTheGroup() throws {
    var topic = try UnequalTopic([40, 7, 90])
    let first = try topic.consumer("g", start: .latest)
    #expect(try topic.committed("g") == [40, 7, 90])
    try topic.append([5, 6, 7])
    try first.close()
    let second = try topic.consumer("g", start: .latest)
    let places = read(second, 18)
    #expect(places.count == 18 && places.allSatisfy { $0.offset >= [40, 7, 90][Int($0.partition)] })
    #expect(second.nextPlace(milliseconds: 200) == nil)
    try second.close()
    #expect(try topic.committed("g") == [45, 13, 97])
  }
}
