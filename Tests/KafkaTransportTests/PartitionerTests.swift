import CRDKafka
import Synchronization
import Testing

@testable import KafkaTransport

/// A feed lies where Kafka's own clients put its key.
@Suite struct PartitionerTests {
  /// Of 3, 4 and 7 partitions, as kafka-python 3.0.12 chooses (`kafka.partitioner.default.murmur2`).
  private static let places: [(key: String, partitions: [Int32])] = [
    ("a", [1, 0, 5]),
    ("ab", [2, 2, 0]),
    ("abc", [0, 3, 4]),
    ("abcd", [2, 0, 5]),
    ("abcde", [1, 1, 4]),
    ("drone-1", [0, 1, 5]),
    ("drone-2", [0, 3, 1]),
    ("drone-17", [1, 2, 6]),
    ("gate-4", [1, 1, 6]),
    ("camera-1", [2, 2, 5]),
    ("camera-2", [2, 1, 3]),
    ("camera-1234567", [1, 1, 2]),
    ("line 3/left", [2, 1, 4]),
    ("rig-1.front", [0, 0, 1]),
    ("\(String(repeating: "x", count: 255))", [2, 3, 2]),
    ("Tür-Ä", [0, 1, 0]),
    ("Übersicht-West", [2, 0, 4]),
    ("Ворота-3", [2, 0, 5]),
    ("камера", [0, 1, 4]),
    ("大门", [0, 0, 2]),
    ("正门-二号", [2, 1, 5]),
    ("カメラ1", [1, 0, 1]),
    ("عدسة-7", [1, 2, 1]),
    ("κάμερα", [2, 3, 2]),
    ("🛩️-1", [0, 3, 2]),
    ("é", [0, 3, 4]),
    ("e\u{301}", [1, 3, 2]),
    ("ÿ", [1, 3, 5]),
    ("Łódź-9", [0, 0, 1]),
    ("naïve", [0, 1, 5]),
    ("feed-668835601", [0, 3, 3]),
    ("feed-274281998", [2, 0, 2]),
    ("feed-796487718", [1, 0, 6]),
    ("feed-384974575", [1, 1, 6]),
    ("feed-853832589", [2, 0, 5]),
    ("feed-741361655", [1, 0, 1]),
    ("feed-903565516", [0, 3, 0]),
    ("feed-794460042", [2, 0, 5]),
    ("feed-700113703", [2, 3, 0]),
    ("feed-990338920", [1, 2, 3]),
    ("feed-569125961", [1, 1, 4]),
    ("feed-31144123", [1, 2, 6]),
  ]

  /// Where a producer with FrameFeed's settings puts each key.
  private func places(_ settings: KafkaSettings, _ topic: String) throws -> [[UInt8]: Int32] {
    let went = Mutex<[[UInt8]: Int32]>([:])
    let events = ClientEvents(
      log: nil,
      delivered: { message, _ in
        let key = UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)
        went.withLock { $0[Array(key)] = message.pointee.partition }
      })
    let preset = SettingsPreset.producer(largestRecord: 1_000_000, inFlightBytes: 1 << 20, user: settings)
    let client = try KafkaClient(RD_KAFKA_PRODUCER, settings, preset: preset, events: events)
    let handle = try TopicHandle(topic, client)
    for (key, _) in Self.places {
      #expect(
        rd_kafka_produce(
          handle.pointer, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, nil, 0, key, key.utf8.count, nil) == 0)
    }
    #expect(rd_kafka_flush(client.handle, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
    return went.withLock { $0 }
  }

  @Test func aFeedLiesWhereOtherClientsPutIt() throws {
    let cluster = try MockCluster()
    let kafka = KafkaSettings(brokers: cluster.brokers)
    for (at, count) in [3, 4, 7].enumerated() {
      cluster.create("of-\(count)", partitions: count)
      let places = try places(kafka, "of-\(count)")
      for (key, expected) in Self.places {
        #expect(places[Array(key.utf8)] == expected[at], "\(key) of \(count) partitions")
      }
    }
    // As it was before: who has a topic that is fed so can keep it.
    var kept = kafka
    kept.set("partitioner", "consistent_random")
    #expect(try places(kept, "of-7")[Array("drone-1".utf8)] == 4)
  }
}
