import FrameCore
import LogLines
import Testing

@testable import FrameFeed
@testable import KafkaTransport
@testable import FrameFeedCommand

/// What a topic keeps, in words, and what is assumed of one that is not described.
@Suite struct RetentionTests {
  @Test func itIsToldInSecondsOfAFeed() {
    func text(_ bytes: Int?, _ milliseconds: Int?) -> String {
      RetentionText.example("t", TopicRetention(bytes: bytes, milliseconds: milliseconds))
    }
    let (feed, behind) = (
      "of a feed of 30 frames a second of 100 KB (3.0 MB/s)",
      ": a sink that is further behind loses frames; raise "
    )
    #expect(
      text(200_000_000, 604_800_000)
        == "topic t keeps 200 MB of a partition, which is 67 s \(feed)\(behind)retention.bytes")
    #expect(
      text(10_000_000_000, nil)
        == "topic t keeps 10000 MB of a partition, which is 56 minutes \(feed)\(behind)retention.bytes")
    #expect(text(nil, 604_800_000) == "topic t keeps 7 days \(feed)\(behind)retention.ms")
    #expect(text(10_000_000_000, 60_000) == "topic t keeps 60 s \(feed)\(behind)retention.ms")
    #expect(
      text(nil, nil)
        == "topic t keeps everything: a feed of 30 frames a second of 100 KB (3.0 MB/s) takes 259 GB a day")
  }

  @Test(.enabled(if: broker != nil, "make test starts a broker")) func commandsTellIt() throws {
    let scratch = try Scratch(partitions: nil)
    let made = try run(framefeed, "topic", "create", scratch.topic, "--retention-bytes", "60000000")
    #expect(made.code == 0 && made.text == "created topic \(scratch.topic) with 1 partition\n")
    #expect(made.errors.contains("keeps 60 MB of a partition, which is 20 s of a feed"), "\(made.errors)")
    let demo = try run(framefeed, "demo", "samples/flight", "--frames", "20", "--broker", broker!)
    #expect(demo.code == 0 && demo.errors.contains(" of this feed ("), "\(demo.errors)")
  }

  /// Where topics may not be described, a sink makes room for what FrameFeed's own topics take, not for 2 GB.
  @Test func memoryIsNotTakenForWhatIsNotKnown() throws {
    let topic = PreparedTopic(limit: nil, isLocalDevelopmentBroker: false)
    let settings = try SettingValues.ofConsumer(
      ["queued.max.messages.kbytes", "fetch.message.max.bytes"], KafkaSettings(brokers: "localhost:1"),
      largestRecord: topic.maximumRecord, brokerIgnoresFetchLimits: false)
    #expect(settings == ["queued.max.messages.kbytes": "65536", "fetch.message.max.bytes": "15000000"])
  }
}
