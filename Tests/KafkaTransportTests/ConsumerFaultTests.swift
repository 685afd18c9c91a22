import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// A consumer whose brokers answer late, wrongly or not at all.
@Suite(.serialized) struct ConsumerFaultTests {
  private let deadline = FrameClock.monotonic() + 60_000_000_000

  private func settings(_ cluster: MockCluster) -> KafkaSettings {
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("fetch.wait.max.ms", "1")
    return settings
  }

  private func options(_ topic: UnequalTopic, partitions: PartitionChoice = .these([0, 1, 2]))
    -> FrameConsumer.Options
  {
    var options = FrameConsumer.Options(topic: topic.name, group: "g")
    options.partitions = partitions
    options.answerTimeout = 300
    return options
  }

  /// With records at hand, librdkafka ends the process of a consumer that is polled as a producer is.
  @Test func aQuestionThatFailsWhileRecordsWaitEndsNothing() throws {
    let topic = try UnequalTopic([40, 7, 90])
    let consumer = try topic.consumer("g", partitions: .these([0, 1, 2]))
    var places: [RecordPlace] = []
    while places.isEmpty, FrameClock.monotonic() < deadline {
      if let place = consumer.nextPlace() { places.append(place) }
    }
    for _ in 0..<20 { _ = consumer.client.failure("asking", .timedOut) }
    while places.count < 137, FrameClock.monotonic() < deadline {
      if let place = consumer.nextPlace() { places.append(place) }
    }
    #expect(Set(places.map(\.spot)).count == 137)
    try consumer.close()
  }

  /// Positions that are not told for a while are asked for again, and it is said; not told for long, it ends so.
  @Test func positionsAreAskedForAgainAndThenGivenUp() throws {
    let topic = try UnequalTopic([4, 1, 9])
    topic.cluster.takeDown()
    var options = options(topic)
    options.searchTimeout = 1
    let said = Mutex<[String]>([])
    let consumer = try FrameConsumer(settings(topic.cluster), options) { level, line in
      if level == .ours { said.withLock { $0.append(line) } }
    }
    let began = FrameClock.monotonic()
    #expect(throws: TransportError.self) { try consumer.start() }
    #expect(FrameClock.monotonic() - began >= 1_000_000_000)
    #expect(said.withLock { $0.filter { $0.hasSuffix("retrying") }.count } == 1)
    // A stop ends it at once, however long that may take.
    var patient = options
    patient.searchTimeout = 600
    let stop = StopSignal()
    stop.request()
    let other = try FrameConsumer(settings(topic.cluster), patient)
    #expect(throws: TransportError.stopped) { try other.start(until: stop) }
    topic.cluster.bringUp()
  }

  /// A commit that is refused is told, once.
  @Test func aRefusedCommitIsTold() throws {
    let topic = try UnequalTopic([40, 7, 90])
    let said = Mutex<[String]>([])
    let consumer = try FrameConsumer(settings(topic.cluster), options(topic)) { level, line in
      if level == .ours { said.withLock { $0.append(line) } }
    }
    try consumer.start()
    let refusal = KafkaCode(RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE)
    topic.cluster.fail(.offsetCommit, with: [refusal])
    var count = 0
    func isTold() -> Bool { said.withLock { $0.contains { $0.contains("positions were not committed") } } }
    while count < 137 || !isTold(), FrameClock.monotonic() < deadline {
      guard let place = consumer.nextPlace() else { continue }
      consumer.done(place)
      count += 1
    }
    #expect(count == 137 && isTold())
    #expect(said.withLock { $0.filter { $0.contains("INVALID_COMMIT_OFFSET_SIZE") }.count } == 1)
    try consumer.close()
    #expect(try topic.committed("g") == topic.lengths)
  }

  /// Where the right to commit is taken away nothing counts as read any more: reading ends, and the right is named.
  @Test func aForbiddenCommitEndsTheReading() throws {
    let topic = try UnequalTopic([40, 7, 90])
    let consumer = try FrameConsumer(settings(topic.cluster), options(topic))
    try consumer.start()
    let code = KafkaCode(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    topic.cluster.fail(.offsetCommit, with: Array(repeating: code, count: 20))
    while consumer.fatalError == nil, FrameClock.monotonic() < deadline {
      if let place = consumer.nextPlace() { consumer.done(place) }
    }
    guard case .denied(let denial) = consumer.fatalError else {
      Issue.record("a forbidden commit ends nothing")
      return
    }
    #expect(denial.rights == [AccessRight(.read, on: .group("g"))])
    #expect("\(denial)".contains("--operation Read --group g"))
  }

  /// One that is dropped without a word of farewell gives its partitions back.
  @Test func aDroppedConsumerIsGone() throws {
    let topic = try UnequalTopic([40, 7, 90])
    func readOne() throws {
      let first = try topic.consumer("g")
      var place: RecordPlace?
      while place == nil, FrameClock.monotonic() < deadline { place = first.nextPlace() }
      #expect(place != nil)
    }
    try readOne()
    let second = try topic.consumer("g")
    var places: Set<Spot> = []
    while places.count < 137, FrameClock.monotonic() < deadline {
      if let place = second.nextPlace() { places.insert(place.spot) }
    }
    #expect(places.count == 137)
    try second.close()
  }

  /// A partition whose leader is gone keeps nobody from the others, and is read when it is back.
  @Test func aDeadLeaderHoldsUpItsPartitionAlone() throws {
    let cluster = try MockCluster(brokers: 2)
    var topic = try UnequalTopic([40, 7, 90], on: cluster)
    let consumer = try topic.consumer("g", partitions: .these([0, 1, 2]))
    var places: Set<Spot> = []
    func read(_ count: Int) {
      while places.count < count, FrameClock.monotonic() < deadline {
        guard let place = consumer.nextPlace() else { continue }
        places.insert(place.spot)
        consumer.done(place)
      }
    }
    read(137)
    for partition: Int32 in 0..<3 { cluster.setLeader(topic.name, partition, to: partition == 1 ? 2 : 1) }
    try topic.append([1, 1, 1])
    cluster.takeDown(2)
    cluster.setCoordinator(of: "g", to: 1)
    read(139)
    #expect(places.count >= 139)
    cluster.bringUp(2)
    read(140)
    #expect(places.count == 140)
    try consumer.close()
  }

  @Test func whatDoesNotExistIsRefused() throws {
    let topic = try UnequalTopic([4, 1, 9])
    let consumer = try FrameConsumer(settings(topic.cluster), options(topic, partitions: .these([1, 7])))
    #expect(throws: TransportError.partitionMissing(topic: topic.name, partition: 7, partitions: 3)) {
      try consumer.start()
    }
  }
}
