import Testing

@testable import FrameBench

/// What Kafka's own tools print, read.
struct KafkaToolTests {
  /// Output of Apache Kafka 4.3.1.
  @Test func endToEndLatencyIsRead() throws {
    let said = "0\t263.440116\nAvg latency: 24.4629 ms\nPercentiles: 50th = 20, 99th = 263, 99.9th = 264\n"
    let tool = try KafkaTools.endToEnd(said, sends: 100)
    #expect(tool.sends == 100 && tool.mean == 24.4629 && [tool.p50, tool.p99, tool.p999] == [20, 263, 264])
    #expect(throws: BenchError.self) { try KafkaTools.endToEnd("Avg latency: 24 ms\n", sends: 1) }
  }

  @Test func performanceIsRead() throws {
    let produced =
      "120 records sent, 24.0 records/sec (2.4 MB/sec), 1.0 ms avg latency, 2.0 ms max latency.\n300 records sent, 181.598063 records/sec (18.69 MB/sec), 406.69 ms avg latency, 621.00 ms max latency, 407 ms 50th, 598 ms 95th, 620 ms 99th, 621 ms 99.9th.\n"
    #expect(try KafkaTools.produced(produced, records: 300) == 181.598063)
    // Fewer than were wanted is no rate.
    #expect(throws: BenchError.self) { try KafkaTools.produced(produced, records: 301) }
    let consumed = """
      start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec
      2026-11-27 08:34:58:090, 2026-11-27 08:34:59:329, 150.7232, 121.6491, 307, 247.7805, 382, 857, 175.8731, 358.2264
      """
    #expect(try KafkaTools.consumed(consumed, records: 300) == 358.2264)
    #expect(throws: BenchError.self) { try KafkaTools.consumed(consumed, records: 308) }
    #expect(throws: BenchError.self) { try KafkaTools.consumed("", records: 1) }
  }

  /// Two readings of JmxTool, and the means of what came between them.
  @Test func requestTimesAreOfTheTimeBetweenReadings() throws {
    func reading(_ count: Int, local: Double, queue: Double) -> RequestTimes {
      RequestTimes(
        properties: """
          time=1795768398859
          kafka.network:type=RequestMetrics,name=LocalTimeMs,request=Produce:Count=\(count)
          kafka.network:type=RequestMetrics,name=LocalTimeMs,request=Produce:Mean=\(local)
          kafka.network:type=RequestMetrics,name=RequestQueueTimeMs,request=Produce:Count=\(count)
          kafka.network:type=RequestMetrics,name=RequestQueueTimeMs,request=Produce:Mean=\(queue)
          kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce:Mean=9.9
          kafka.network:type=RequestMetrics,name=RemoteTimeMs,request=FetchConsumer:Count=0
          """)
    }
    // 10 requests of 8 ms, then 40 of 3 ms.
    let (before, after) = (reading(10, local: 8, queue: 1), reading(50, local: 4, queue: 0.2))
    let means = try #require(after.means(since: before, of: .produce))
    #expect(means.requests == 40 && means.local == 3 && means.requestQueue == 0 && means.remote == 0)
    #expect(after.means(since: after, of: .produce) == nil)
    #expect(after.means(since: before, of: .fetch) == nil)
  }
}
