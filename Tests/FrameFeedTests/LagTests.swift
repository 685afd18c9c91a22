import CRDKafka
import Foundation
import Testing

@testable import KafkaTransport
@testable import FrameFeedCommand

/// How far a group is behind: what is stored, what can be read, and what is not known.
@Suite struct LagTests {
  private func part(
    _ partition: Int32, _ kept: ClosedRange<Int64>?, readable: Int64? = nil,
    _ committed: Result<Int64?, TransportError>, problem: String? = nil
  ) -> PartitionLag {
    PartitionLag(
      partition: partition, beginning: kept?.lowerBound, end: kept?.upperBound,
      readable: readable ?? kept?.upperBound, committed: committed, problem: problem)
  }

  @Test func whatIsNotKnownIsNotNought() {
    let parts = [
      part(0, 0...37, readable: 0, .success(nil)),
      part(1, nil, .success(12), problem: "there is no leader"),
      part(2, 5...90, .success(140)), part(3, 20...90, .success(12)), part(4, 0...9, .success(9)),
      part(5, 0...9, .failure(.stopped)), part(6, nil, .success(nil), problem: "there is no leader"),
    ]
    #expect(
      LagTable(parts).text == """
        partition  beginning         end    readable   committed         lag
                0          0          37           0        none          37
                1          -           -           -          12           -
                2          5          90          90         140          85
                3         20          90          90          12          70
                4          0           9           9           9           0
                5          0           9           9           -           -
                6          -           -           -           -           -
        partitions 1, 6: there is no leader
        partition 5: the group's position is not known: the Kafka client has been stopped
        partition 0: 37 records behind an open transaction at offset 0 are not readable yet
        partition 2: the group's position 140 is past the end 90: the topic was recreated, or has lost records
        partition 3: 8 records were deleted before the group read them; raise the topic's retention
        192 records behind in 4 partitions; of 3 it is not known

        """)
    #expect(LagTable([parts[1]]).text.hasSuffix("\nhow far it is behind is not known\n"))
    // Records that came between the two questions are no transaction.
    #expect(part(0, 0...9, readable: 12, .success(9)).unreadable == 0)
  }

  /// Neither a partition without a leader nor a leader that is gone hides what the others say, or is waited for
  /// without end.
  @Test func eachLeaderIsAskedForItself() throws {
    let cluster = try MockCluster(brokers: 3)
    cluster.create("frames", partitions: 3)
    for partition: Int32 in 0..<3 { cluster.setLeader("frames", partition, to: partition + 1) }
    cluster.setCoordinator(of: "g", to: 1)
    let producer = try CopyingProducer(KafkaSettings(brokers: cluster.brokers), topic: "frames")
    for number in 0..<60 { try producer.send([1], key: "feed-\(number)") }
    try producer.flush()
    cluster.setLeader("frames", 1, to: nil)
    cluster.takeDown(3)
    let lag = try TopicAdmin(KafkaSettings(brokers: cluster.brokers)).lag("frames", group: "g")
    #expect(lag[0].lag ?? 0 > 0 && lag[0].beginning == 0 && lag[0].problem == nil, "\(lag[0])")
    #expect(lag[1].lag == nil && lag[1].end == nil && lag[1].problem?.contains("no leader") == true)
    #expect(lag[2].lag == nil && lag[2].problem?.contains("broker 3") == true, "\(lag[2])")
  }

  private static let open = """
    import sys
    import time
    from confluent_kafka import Producer
    broker, topic = sys.argv[1:]
    plain = Producer({"bootstrap.servers": broker})
    producer = Producer({"bootstrap.servers": broker, "transactional.id": topic})
    producer.init_transactions(30)
    for part, count in enumerate([2, 38, 0]):
        for _ in range(4): plain.produce(topic, b"x", partition=part)
        plain.flush()
        if part == 0: producer.begin_transaction()
        for _ in range(count): producer.produce(topic, b"y", partition=part)
        producer.flush()
    print("open", flush=True)
    time.sleep(60)
    """

  /// A neighbour's open transaction.
  @Test(.enabled(if: broker != nil && python != nil, "make test starts a broker"))
  func anOpenTransactionIsNamed() throws {
    let scratch = try Scratch(partitions: nil)
    let made = try run(framefeed, "topic", "create", scratch.topic, "--partitions", "3")
    #expect(made.code == 0)
    let neighbour = try RunningCommand(
      python!, ["-c", Self.open, broker!, scratch.topic])
    defer { neighbour.kill() }
    #expect(eventually { neighbour.outputSoFar.contains("open") }, "\(neighbour.errorsSoFar)")
    let lag = try run(framefeed, "topic", "lag", scratch.topic, "--group", scratch.topic)
    #expect(lag.code == 0, "\(lag.errors)")
    for line in [
      "        0          0           6           4        none           6",
      "        1          0          42           4        none          42",
      "        2          0           4           4        none           4",
      "partition 0: 2 records behind an open transaction at offset 4 are not readable yet",
      "partition 1: 38 records behind an open transaction at offset 4 are not readable yet",
      "group \(scratch.topic) has committed nothing: 52 records behind",
    ] { #expect(lag.text.split(separator: "\n").contains { $0 == line }, "\(line) is not in \(lag.text)") }
    let all = try run(
      framefeed, "topic", "lag", scratch.topic, "--group", scratch.topic, "-X",
      "isolation.level=read_uncommitted")
    #expect(!all.text.contains("transaction"), "\(all.text)")
  }
}
