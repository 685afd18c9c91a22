import CRDKafka
import Testing

@testable import KafkaTransport

/// What is told of a source or a sink in which nothing moves.
@Suite struct StandstillTests {
  private static let second: Int64 = 1_000_000_000

  /// What a watch does with a cause for each second; time is what the test says.
  private struct Told: Equatable {
    var told: [String] = []
    var over: Int?
  }

  private func watched(
    seconds: Range<Int64>, moves: (Int64) -> Int, isWaiting: (Int64) -> Bool = { _ in true },
    _ cause: (Int64) -> Standstill.Cause
  ) -> Told {
    var watch = StandstillWatch()
    var found = Told()
    for tenth in (seconds.lowerBound * 10)..<(seconds.upperBound * 10) {
      let now = tenth * Self.second / 10
      switch watch.look(now, isWaiting: isWaiting(tenth / 10), moved: moves(tenth / 10)) {
      case .look:
        let standstill = Self.standstill(cause(tenth / 10))
        let verdict = watch.found(standstill, now)
        if let seconds = verdict.tell { found.told.append("\(seconds) \(standstill.key.prefix(11))") }
        if verdict.isOver, found.over == nil { found.over = Int(tenth / 10) }
      case .resumed(let seconds): found.told.append("goes on \(seconds)")
      case nil: break
      }
    }
    return found
  }

  private static func standstill(_ cause: Standstill.Cause, _ side: Standstill.Side = .sending) -> Standstill
  {
    Standstill(cause: cause, side: side, topic: "frames", brokers: "b:1")
  }

  @Test func aStandstillIsToldWithinSecondsAgainEachHalfMinuteAndItsEnd() {
    let told = watched(seconds: 0..<100, moves: { $0 < 3 ? Int($0) : $0 < 80 ? 3 : Int($0) }) { second in
      second < 20 ? .unreachable("Connection refused at \(second)") : .leaderless([1])
    }
    // The words differ each time, the cause does not; another is told at once.
    #expect(
      told.told == ["5 unreachable", "20 partition 1", "50 partition 1", "goes on 77"], "\(told.told)")
    #expect(told.over == nil)
  }

  @Test func whatDoesNotPassEnds() throws {
    let denied = try #require(Self.denial)
    #expect(watched(seconds: 0..<60, moves: { _ in 0 }) { _ in .denied(denied) }.over == 5)
    // A topic may be made anew, and a certificate be replaced.
    #expect(watched(seconds: 0..<60, moves: { _ in 0 }) { _ in .topicGone }.over == 35)
    #expect(
      watched(seconds: 0..<60, moves: { _ in 0 }) { _ in .connection(.certificateExpired) }.over == 35)
    #expect(
      watched(seconds: 0..<60, moves: { _ in 0 }) { $0 % 20 < 10 ? .topicGone : .leaderless([0]) }.over
        == nil)
    #expect(watched(seconds: 0..<600, moves: { _ in 0 }) { _ in .unreachable("") }.over == nil)
    #expect(watched(seconds: 0..<600, moves: { _ in 0 }) { _ in .connection(.brokerMayWantTLS) }.over == nil)
  }

  @Test func nothingAwaitedIsNoStandstill() {
    let idle = watched(seconds: 0..<100, moves: { _ in 0 }, isWaiting: { _ in false }) { _ in .topicGone }
    #expect(idle == Told())
    // A slow feed: a record now and then.
    let slow = watched(seconds: 0..<100, moves: { _ in 0 }, isWaiting: { $0 % 10 < 3 }) { _ in .topicGone }
    #expect(slow == Told())
    // Records that end undelivered are told each by itself: silence stays silence.
    let ended = watched(seconds: 0..<30, moves: { _ in 0 }, isWaiting: { $0 != 20 }) { _ in .leaderless([1]) }
    #expect(ended.told == ["5 partition 1"], "\(ended.told)")
  }

  private static let denial = Denial(
    .askingForTopic("frames"), KafkaCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
    login: Login(isUsed: true, name: "cam"), servers: "b:1")

  private func cause(
    _ answer: StandstillInquiry.Answer, last: String? = nil, trouble: ConnectionTrouble? = nil,
    side: Standstill.Side = .sending
  ) -> String {
    let waiting = Standstill.Waiting(own: [1], receiveLimit: 100_000_000, last: last, trouble: trouble)
    return "\(Self.standstill(waiting.cause(answer, side), side))"
  }

  private func partition(_ number: Int32, leader: Int32?, inSync: [Int32] = [1, 2, 3]) -> TopicPartition {
    TopicPartition(number: number, leader: leader, replicas: [1, 2, 3], inSync: inSync)
  }

  @Test func theCauseSaysWhatToDo() throws {
    let refused = TransportError.unreachable(broker: "b:1", reason: "Connection refused")
    #expect(cause(.failed(refused)).contains("no Kafka broker answers at b:1 (Connection refused)"))
    let expired = TransportError.connection(broker: "b:1", trouble: .certificateExpired)
    #expect(cause(.failed(expired)).contains("its certificate has expired: renew it"))
    #expect(cause(.missing).contains("framefeed topic create frames --broker b:1"))
    #expect(
      cause(.denied(try #require(Self.denial))).contains(
        "this login (cam) needs Describe on topic frames: kafka-acls.sh"))
    func there(_ partition: TopicPartition, needed: Int? = nil) -> StandstillInquiry.Answer {
      // Of other partitions nothing matters.
      .there([self.partition(0, leader: nil), partition], minimumInSync: needed)
    }
    #expect(cause(there(partition(1, leader: nil))).contains("partition 1 of frames has no leader"))
    let behind = partition(1, leader: 2, inSync: [2])
    let unknown = cause(there(behind))
    #expect(unknown.contains("1 of 3 replicas in sync, which may be less"))
    #expect(unknown.contains("--config min.insync.replicas=1 --broker b:1"))
    #expect(cause(there(behind, needed: 2)).contains("min.insync.replicas is 2"))
    // One is enough, or nobody writes.
    #expect(cause(there(behind, needed: 1)).contains("acknowledges nothing"))
    #expect(cause(there(behind, needed: 2), side: .reading(group: "g")).contains("sends nothing"))
    let led = there(partition(1, leader: 2))
    #expect(cause(led).contains("broker 2, which leads frames at b:1, acknowledges nothing"))
    // With acks=all a follower that stands still holds it up too.
    #expect(cause(led).contains("check it, the followers (1, 3), and the network path there"))
    #expect(!cause(led, side: .reading(group: "g")).contains("followers"))
    #expect(cause(led, trouble: .certificateExpired).contains("its certificate has expired"))
    let size =
      "Receive failed: Invalid response size 132710957 (0..100000000): increase receive.message.max.bytes"
    #expect(
      cause(led, last: size, side: .reading(group: "g")).contains("-X receive.message.max.bytes=150000000"))
  }

  @Test func quotasAreToldAndTheirEnd() {
    var (throttling, watch) = (Throttling(), ThrottleWatch())
    var told: [String] = []
    for second in Int64(0)..<120 {
      let now = second * Self.second
      if (10..<60).contains(second) { throttling.note("1 (b:1)", milliseconds: 800, now) }
      if let word = watch.look(throttling, now) { told.append("\(second): \(word.prefix(30))") }
    }
    #expect(
      told == [
        "10: broker 1 (b:1) throttles this ", "40: broker 1 (b:1) throttles this ",
        "70: no broker throttles this clien",
      ], "\(told)")
  }

  /// A word on a few milliseconds is no news.
  @Test func shortWaitsAreNotTold() {
    var (throttling, watch) = (Throttling(), ThrottleWatch())
    for second in Int64(0)..<60 {
      throttling.note("1", milliseconds: 20, second * Self.second)
      #expect(watch.look(throttling, second * Self.second) == nil)
    }
  }

  // MARK: how much is handed over

  private func limit(size: Int, took: Int64, isFull: Bool = true) -> Int {
    var window = SendWindow(least: 5, most: 64)
    for answer in Int64(0)..<200 { window.acknowledged(size, answer * took, took: took, isFull: isFull) }
    return window.limit
  }

  @Test func smallRecordsAndLongWaysGetMore() {
    #expect(limit(size: 108_000, took: 1_000_000) == 5)
    #expect(limit(size: 2_800_000, took: 20_000_000) == 5)
    #expect(limit(size: 5_000, took: 1_000_000) == 64)
    #expect(limit(size: 40_000, took: 1_000_000) == 13)
    #expect(limit(size: 108_000, took: 200_000_000) == 64)
    // Nobody waits.
    #expect(limit(size: 5_000, took: 1_000_000, isFull: false) == 5)
    // What does not spin is not held back.
    #expect(SendWindow(least: 64, most: 64).limit == 64)
  }

  @Test func troubleTakesItBack() {
    var window = SendWindow(least: 5, most: 64)
    for answer in Int64(0)..<100 { window.acknowledged(5_000, answer, took: 1_000_000, isFull: true) }
    window.look(0, inFlight: 64, acknowledged: 100)
    window.look(400_000_000, inFlight: 64, acknowledged: 100)
    #expect(window.limit == 64)
    window.look(700_000_000, inFlight: 64, acknowledged: 100)
    #expect(window.limit == 5)
    // What waited meanwhile goes out at once.
    window.acknowledged(5_000, 800_000_000, took: 1_000_000, isFull: true)
    #expect(window.limit == 6)
    // Nothing under way is no trouble.
    window.look(7_000_000_000, inFlight: 0, acknowledged: 102)
    window.look(9_000_000_000, inFlight: 0, acknowledged: 102)
    #expect(window.limit == 6)
    window.noteThrottled(9_000_000_000)
    #expect(window.limit == 5)
    // Not at the first answer.
    window.acknowledged(5_000, 9_800_000_000, took: 1_000_000, isFull: true)
    #expect(window.limit == 5)
    window.acknowledged(5_000, 15_000_000_000, took: 1_000_000, isFull: true)
    #expect(window.limit == 6)
  }
}
