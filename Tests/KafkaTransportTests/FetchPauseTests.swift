import CRDKafka
import FrameCore
import Testing

@testable import KafkaTransport

/// When a client that stopped fetching is woken.
@Suite struct FetchPauseTests {
  private static let kibibyte = 1024
  private static let limit = 65_536 * kibibyte
  private static let second: Int64 = 1_000_000_000

  /// A client as librdkafka 2.0.2 is: its broker's thread fetches while there is room, and looks for room when it is
  /// woken, or a second after it looked last.
  private struct Client {
    var pause: FetchPause? = FetchPause(bytes: limit, records: 1_000_000)
    /// Sizes of records in turn.
    var sizes: [Int]
    /// Bytes of one response, and how long it takes, ns.
    var response = 4_000_000
    var roundTrip: Int64 = 1_000_000
    /// Records of the log.
    var log = 20_000

    private(set) var queue: [Int] = []
    private var head = 0
    private var queuedBytes = 0
    private var fetched = 0
    private var answer: Int64? = 0
    private var looks: Int64 = 0
    private(set) var mostBytes = 0
    private(set) var wakes = 0
    /// How long the reader found nothing though the log holds more, ns, and all it took.
    private(set) var starved: Int64 = 0
    private(set) var time: Int64 = 0

    init(sizes: [Int]) { self.sizes = sizes }

    private mutating func serve() {
      if let due = answer, time >= due {
        answer = nil
        var bytes = 0
        while bytes < response, fetched < log {
          let size = sizes[fetched % sizes.count]
          queue.append(size)
          bytes += size
          fetched += 1
        }
        queuedBytes += bytes
        mostBytes = max(mostBytes, queuedBytes)
        looks = time
      }
      guard answer == nil, time >= looks else { return }
      looks = time + second
      if queuedBytes < limit, fetched < log { answer = time + roundTrip }
    }

    /// Reads the whole log, each record for so long, ns.
    mutating func read(each: Int64) {
      while head < log {
        serve()
        guard head < queue.count else {
          time += 100_000
          if head > 0 { starved += 100_000 }
          continue
        }
        let size = queue[head]
        head += 1
        queuedBytes -= size
        if pause?.isDue(time) == true,
          pause?.look(queued: queue.count - head, size: size, time) != nil
        {
          wakes += 1
          looks = time
        }
        time += each
      }
    }
  }

  /// Records of 100 KB read at 1,000 to 10,000 a second, at most the limit and a response queued.
  @Test(arguments: [1_000_000, 500_000, 300_000, 100_000] as [Int64]) func aFastReaderNeverWaits(each: Int64)
  {
    var client = Client(sizes: [102_400])
    client.read(each: each)
    #expect(client.starved < 10_000_000, "\(client.starved)")
    #expect(client.mostBytes < Self.limit + 2 * client.response)
    // Half of the queue is read between two.
    #expect(client.wakes <= 20_000 * 102_400 / (Self.limit / 2) + 10, "\(client.wakes)")
    var before = Client(sizes: [102_400])
    before.pause = nil
    before.read(each: each)
    if each <= 500_000 { #expect(before.starved > 5 * Self.second, "\(before.starved)") }
  }

  /// Two feeds of unequal frames, and a broker that is far.
  @Test func unequalRecordsAndALongWay() {
    var client = Client(sizes: [20_000, 300_000, 20_000])
    client.roundTrip = 20_000_000
    client.read(each: 1_000_000)
    #expect(client.starved < Self.second / 4, "\(client.starved)")
    #expect(client.mostBytes < Self.limit + 2 * client.response)
  }

  /// A reader that is slower than the log grows: it is seldom woken.
  @Test func aSlowReaderIsSeldomWoken() {
    var client = Client(sizes: [102_400])
    client.log = 3000
    client.read(each: 20_000_000)
    #expect(client.starved < 10_000_000)
    #expect(client.wakes < 90, "\(client.wakes)")
  }

  /// What was never full is not woken: a live feed whose records come one by one, or a short backlog.
  @Test func whatWasNeverFullIsNotWoken() {
    var client = Client(sizes: [102_400])
    client.log = 200
    client.read(each: 5_000_000)
    #expect(client.wakes == 0)
    var pause = FetchPause(bytes: Self.limit, records: 1_000_000)
    for now in 0..<1000 {
      let wake = pause.look(queued: now % 2, size: 102_400, Int64(now) * 30_000_000)
      #expect(wake == nil)
    }
  }

  /// A client that does not fetch when it is woken is asked for each partition by itself, and less and less often.
  @Test func aClientThatDoesNotFetchIsAskedLessAndLess() {
    var pause = FetchPause(bytes: Self.limit, records: 1_000_000)
    var wakes: [FetchPause.Wake] = []
    for step in 0...5000 {
      let wake = pause.look(queued: step == 0 ? 700 : 300, size: 102_400, Int64(step) * FetchPause.interval)
      if let wake { wakes.append(wake) }
    }
    #expect(wakes.first == .together && wakes.dropFirst().allSatisfy { $0 == .oneByOne })
    #expect((8...20).contains(wakes.count), "\(wakes.count)")
  }

  /// Small records reach the limit of their number first.
  @Test func manySmallRecordsFillAQueueToo() {
    var pause = FetchPause(bytes: Self.limit, records: 1000)
    let wakes = [1000, 501, 499].map { pause.look(queued: $0, size: 100, 0) }
    #expect(wakes == [nil, nil, .together])
  }

  /// The installed librdkafka looks for room itself, or is woken: with the real client, on a queue of 1 MiB.
  @Test func aSmallQueueIsReadToItsEnd() throws {
    let cluster = try MockCluster()
    cluster.create("frames", partitions: 1)
    let count = 45
    let client = try KafkaClient(
      RD_KAFKA_PRODUCER, KafkaSettings(brokers: cluster.brokers), preset: [], events: ClientEvents(log: nil))
    let topic = try TopicHandle("frames", client)
    try topic.connect(milliseconds: 10_000)
    var value = [UInt8](repeating: 7, count: 100_000)
    for _ in 0..<count {
      #expect(rd_kafka_produce(topic.pointer, 0, RD_KAFKA_MSG_F_COPY, &value, value.count, nil, 0, nil) == 0)
    }
    #expect(rd_kafka_flush(client.handle, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("fetch.wait.max.ms", "1")
    settings.set("queued.max.messages.kbytes", "1024")
    var options = FrameConsumer.Options(topic: "frames", group: "g")
    options.partitions = .these([0])
    let consumer = try FrameConsumer(settings, options)
    try consumer.start()
    #expect(
      consumer.effectiveSettings["fetch.queue.backoff.ms"] == (SettingsPreset.looksForRoom ? "10" : nil))
    var offsets: [Int64] = []
    let deadline = FrameClock.monotonic() + 60 * Self.second
    while offsets.count < count, FrameClock.monotonic() < deadline {
      guard case .record(let record) = consumer.poll(milliseconds: 10) else { continue }
      offsets.append(record.offset)
      consumer.done(record.place)
      // Slower than the looks at the queue.
      _ = StopSignal().sleep(until: FrameClock.monotonic() + 3_000_000)
    }
    #expect(offsets == (0..<Int64(count)).map { $0 })
    #expect(SettingsPreset.looksForRoom || consumer.polling.withLock { $0.wakes } > 0)
    try consumer.close()
  }
}
