import CRDKafka
import Testing

@testable import KafkaTransport

/// The values that producers are made of, without a client.
@Suite struct ProducerValuesTests {
  // MARK: a partition that is kept

  @Test func aPartitionIsChosenOnce() {
    var kept = KeptPartition()
    func choose(_ count: Int32, _ choice: Int32) -> Int32 { kept.choose(among: count) { _ in choice } }
    #expect(choose(4, 3) == 3)
    #expect(choose(4, 0) == 3)
    #expect(kept.takeGrowth() == nil)
    #expect(choose(9, 7) == 3)
    #expect(kept.takeGrowth() == KeptPartition.Growth(before: 4, after: 9, kept: 3, next: 7))
    // Once.
    #expect(choose(9, 0) == 3)
    #expect(kept.takeGrowth() == nil)
    // A topic that was made anew with fewer.
    #expect(choose(2, 1) == 1)
    #expect(kept.takeGrowth() == nil)
  }

  // MARK: no answers

  private static let second: Int64 = 1_000_000_000

  @Test func silenceIsToldOnceAndSoIsItsEnd() {
    var watch = DeliveryWatch()
    var told: [DeliveryWatch.Event] = []
    for tenth in Int64(0)..<300 {
      // Acknowledged until second 2, and from second 20 on.
      let acknowledged = tenth < 20 ? Int(tenth) : tenth < 200 ? 19 : Int(tenth)
      if let event = watch.look(tenth * Self.second / 10, underWay: 5, acknowledged: acknowledged) {
        told.append(event)
      }
    }
    #expect(told == [.stalled(seconds: 6), .goesOn(seconds: 18)])
  }

  @Test func nothingUnderWayIsNoSilence() {
    var watch = DeliveryWatch()
    for second in Int64(0)..<100 {
      #expect(watch.look(second * Self.second, underWay: 0, acknowledged: 0) == nil)
    }
    // A slow feed: a record now and then.
    for second in Int64(100)..<200 {
      let event = watch.look(second * Self.second, underWay: second % 10 < 3 ? 1 : 0, acknowledged: 0)
      #expect(event == nil)
    }
  }

  /// Records that end undelivered are told each by itself: silence stays silence.
  @Test func recordsThatEndUndeliveredAreNoAnswer() {
    var watch = DeliveryWatch()
    var told: [DeliveryWatch.Event] = []
    for second in Int64(0)..<60 {
      if let event = watch.look(second * Self.second, underWay: second == 30 ? 0 : 5, acknowledged: 0) {
        told.append(event)
      }
    }
    #expect(told == [.stalled(seconds: 6)])
    #expect(watch.look(60 * Self.second, underWay: 4, acknowledged: 1) == .goesOn(seconds: 60))
    #expect(watch.look(61 * Self.second, underWay: 4, acknowledged: 1) == nil)
  }

  private func reason(
    _ code: KafkaCode, _ partitions: [TopicHandle.Partition] = [], last: String? = nil,
    trouble: ConnectionTrouble? = nil
  ) -> String {
    StallReason.Report(
      code: code, partitions: partitions, kept: 1, topic: "frames", brokers: "b:1", last: last,
      trouble: trouble
    ).text
  }

  @Test func theReasonSaysWhatToDo() {
    #expect(
      reason(.transport, last: "Connection refused").contains(
        "no Kafka broker answers at b:1 (Connection refused)"))
    #expect(reason(.timedOut, trouble: .certificateExpired).contains("its certificate has expired: renew it"))
    #expect(reason(.unknownTopic).contains("framefeed topic create frames --broker b:1"))
    #expect(
      reason(KafkaCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)).contains(
        "the right to write to frames at b:1"))
    let whole = TopicHandle.Partition(number: 0, leader: 3, replicas: 3, inSync: 3)
    // Of other partitions nothing matters.
    let led = TopicHandle.Partition(number: 1, leader: 2, replicas: 3, inSync: 3)
    let leaderless = TopicHandle.Partition(number: 1, leader: -1, replicas: 3, inSync: 0)
    let behind = TopicHandle.Partition(number: 1, leader: 2, replicas: 3, inSync: 1)
    #expect(reason(.none, [whole, leaderless]).contains("partition 1 of frames has no leader"))
    #expect(
      reason(.none, [whole, behind]).contains("1 of 3 replicas in sync")
        && reason(.none, [whole, behind]).contains("--config min.insync.replicas=1 --broker b:1"))
    #expect(
      reason(.none, [whole, led]).contains("broker 2, which leads frames at b:1, acknowledges nothing"))
  }

  // MARK: refusals

  private func refusal(_ code: rd_kafka_resp_err_t, bytes: Int = 1) -> RefusedRecords.Refusal {
    RefusedRecords.Refusal(error: .undelivered("sending to a", KafkaCode(code)), bytes: bytes)
  }

  /// A failed record does not stay for ever.
  @Test func aRefusalIsToldOnce() {
    var refused = RefusedRecords()
    refused.add(refusal(RD_KAFKA_RESP_ERR_INVALID_RECORD), of: 1)
    refused.add(refusal(RD_KAFKA_RESP_ERR_INVALID_MSG), of: 1)
    #expect(refused.take(of: 1) == refusal(RD_KAFKA_RESP_ERR_INVALID_RECORD))
    #expect(refused.take(of: 1) == nil)
  }

  /// Nobody whose own record was refused is told that all is well, and who flushes for others hears of theirs.
  @Test func refusalsGoToWhoSentTheRecord() {
    var refused = RefusedRecords()
    refused.add(refusal(RD_KAFKA_RESP_ERR_INVALID_RECORD), of: 1)
    #expect(refused.take(of: 2) != nil)
    #expect(refused.take(of: 2) == nil)
    #expect(refused.take(of: 1) == refusal(RD_KAFKA_RESP_ERR_INVALID_RECORD))
    #expect(refused.take(of: 1) == nil)
    #expect(refused.take(of: 2) == nil)
    // One that another heard of makes room for the next.
    refused.add(refusal(RD_KAFKA_RESP_ERR_INVALID_RECORD), of: 1)
    #expect(refused.take(of: 2) != nil)
    refused.add(refusal(RD_KAFKA_RESP_ERR_INVALID_MSG), of: 1)
    #expect(refused.take(of: 1) == refusal(RD_KAFKA_RESP_ERR_INVALID_MSG))
  }

  @Test func refusalsAreBounded() {
    var refused = RefusedRecords()
    for thread in UInt(1)...1000 { refused.add(refusal(RD_KAFKA_RESP_ERR_INVALID_RECORD), of: thread) }
    var told = 0
    while refused.take(of: 5000) != nil { told += 1 }
    #expect(told > 0 && told <= RefusedRecords.maximumThreads + 1)
  }
}
