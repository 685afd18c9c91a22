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
