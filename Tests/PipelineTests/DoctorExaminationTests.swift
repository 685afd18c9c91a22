import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// What `doctor` makes of what the brokers say, case by case.
@Suite struct DoctorExaminationTests {
  private let doctor = Doctor(
    topic: "frames", payloadBytes: 100_000, fps: 30, feeds: 1, kafka: KafkaSettings(brokers: "kafka1:9092"))

  private func topic(_ settings: [String: String], _ layout: [TopicPartition]) -> TopicDescription {
    TopicDescription(
      name: "frames", layout: layout,
      configuration: settings.mapValues { TopicDescription.Setting(value: $0, isOwn: true) })
  }

  private func part(_ number: Int32, _ leader: Int32?, _ replicas: [Int32], _ inSync: [Int32])
    -> TopicPartition
  {
    TopicPartition(number: number, leader: leader, replicas: replicas, inSync: inSync)
  }

  private func replicas(
    _ settings: [String: String], _ layout: [TopicPartition], brokers: Int = 3, waitsForAll: Bool = true
  ) -> [String] {
    ReplicaExamination(
      doctor: doctor, topic: topic(settings, layout), brokers: brokers, waitsForAll: waitsForAll
    ).findings.map { "\($0.level.rawValue) \($0.text)" }
  }

  @Test func copies() {
    let two = ["min.insync.replicas": "2"]
    let whole = [part(0, 1, [1, 2, 3], [1, 2, 3]), part(1, 2, [2, 3, 1], [2, 3, 1])]
    #expect(replicas(two, whole) == ["good 3 of each partition, 2 needed, all in sync"])
    let lonely = [part(0, 1, [1], [1])]
    let alone =
      "each partition is on one broker only: when it is down the feed stops, and with its disk the frames are lost"
    #expect(replicas(two, lonely) == ["hurts \(alone)"])
    #expect(replicas(two, lonely, brokers: 1) == ["note \(alone); there is one broker"])
    #expect(
      replicas(["min.insync.replicas": "3"], whole)
        == ["hurts min.insync.replicas is 3 of 3 replicas: one broker down stops the feed"])
    // Who does not wait for all copies is not stopped.
    #expect(
      replicas(["min.insync.replicas": "3"], whole, waitsForAll: false).first?.hasPrefix("good") == true)
    let behind = [part(0, 1, [1, 2, 3], [1, 2]), part(1, 2, [2, 3, 1], [2, 1])]
    #expect(
      replicas(two, behind)
        == [
          "hurts partitions 0, 1 have fewer in-sync replicas than replicas: broker 3 is down or behind"
        ])
    let few = [part(0, 1, [1, 2, 3], [1]), part(1, 1, [2, 3, 1], [2, 1])]
    #expect(
      replicas(two, few)
        == [
          "fails partition 0 has 1 of min.insync.replicas 2 in sync: sources cannot send; restart broker 2, 3"
        ])
    let headless = [part(0, nil, [3], [3]), part(1, 2, [2], [2])]
    #expect(
      replicas([:], headless).first
        == "fails partition 0 has no leader: nothing can be sent to or read from there; restart broker 3")
    #expect(
      replicas(["unclean.leader.election.enable": "true"], whole).contains { $0.hasPrefix("hurts unclean") })
  }

  private func times(_ settings: [String: String], _ offset: Double?) -> [String] {
    TimestampExamination(doctor: doctor, topic: topic(settings, []), offset: offset).findings
      .map { "\($0.level.rawValue) \($0.text)" }
  }

  @Test func times() {
    let (before, after) = ("message.timestamp.before.max.ms", "message.timestamp.after.max.ms")
    let usual = [before: "9223372036854775807", after: "3600000"]
    #expect(times(usual, 0).isEmpty && times(usual, nil).isEmpty && times([:], 0).isEmpty)
    #expect(times([before: "1"], nil) == ["fails \(before) is 1: frames are refused as too old"])
    #expect(times([before: "60000"], 3)[0].hasPrefix("hurts \(before) is 60000: frames that waited"))
    #expect(
      times([before: "600000"], 700_000)
        == [
          "fails \(before) is 600000, and the broker's clock is 700000 ms ahead of this host's: frames are refused as too old"
        ])
    #expect(
      times(usual, -3_600_001)[0].hasPrefix(
        "fails \(after) is 3600000, and this host's clock is 3600001 ms ahead"))
    // Brokers before 3.6.
    #expect(
      times(["message.timestamp.difference.max.ms": "5"], nil)[0].hasPrefix(
        "fails message.timestamp.difference"))
    #expect(times([before: "1", "message.timestamp.type": "LogAppendTime"], 0).isEmpty)
  }

  @Test func feeds() {
    func told(_ places: [FeedPlace]) -> [String] {
      FeedExamination(places: places, partitioner: "murmur2_random").findings
        .map { "\($0.level.rawValue) \($0.text)" }
    }
    let whole = FeedPlace(feed: "a", partitions: [1], next: 1)
    #expect(told([]) == [] && told([whole]) == ["good feed a is on one partition"])
    #expect(
      told([whole, FeedPlace(feed: "b", partitions: [0, 2], next: 2)])[0].hasPrefix(
        "hurts feed b is on partitions 0 and 2: "))
    #expect(
      told([FeedPlace(feed: "c", partitions: [0], next: 2)])[0].hasPrefix(
        "note feed c is on partition 0 and will go to 2 "))
    #expect(told([FeedPlace(feed: "d", partitions: [0], next: nil)])[0].hasPrefix("good"))
    let many = (0..<9).map { FeedPlace(feed: "f\($0)", partitions: [0, 1], next: 0) }
    #expect(told(many)[0].contains("f3 is on partitions 0 and 1 (and 5 more): "))
  }

  /// By what is in effect, whoever set it.
  @Test func clients() throws {
    func told(_ bytes: Int, _ largest: Int, _ values: [String: Int], _ user: [(String, String)] = [])
      -> [String]
    {
      var doctor = doctor
      doctor.payloadBytes = bytes
      for (key, value) in user { doctor.kafka.set(key, value) }
      let settings = values.map {
        DoctorReport.Setting(name: $0.key, librdkafka: "", effective: "\($0.value)")
      }
      return ClientExamination(doctor: doctor, settings: settings, largestRecord: largest).findings
        .map { "\($0.level.rawValue) \($0.text)" }
    }
    let (receive, record) = (["receive.message.max.bytes": 100_000_000], 132_710_400)
    #expect(
      told(record, 200_000_000, receive)
        == [
          "fails receive.message.max.bytes is 100000000, less than a record of 132712448 bytes: the consumer cannot read a frame"
        ])
    // That the topic does not take it is told of the topic.
    #expect(told(record, 15_000_000, receive)[0].hasPrefix("good"))
    #expect(
      told(record, 15_000_000, receive, [("receive.message.max.bytes", "100000000")])[0].hasPrefix("fails"))
    #expect(
      told(100_000, 15_000_000, ["queued.max.messages.kbytes": 100])[0].hasPrefix(
        "hurts queued.max.messages.kbytes"))
    #expect(
      told(2_000_000, 15_000_000, ["fetch.message.max.bytes": 1_048_576])[0].hasPrefix("hurts fetch.message"))
  }
}
