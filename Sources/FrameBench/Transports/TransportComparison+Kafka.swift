import FrameCore
import KafkaTransport

// What Apache Kafka itself measures, beside the transports.
extension TransportComparison {
  /// Sends between two readings of the broker's metrics.
  private static let monitoredSends = 100

  /// Sends by each client of Kafka between two readings of the broker's metrics.
  func sendMonitored(
    _ entrants: [Entrant], _ topics: ComparisonTopics?, _ broker: MonitoredBroker,
    _ progress: (String) -> Void
  ) throws(BenchError) {
    var before = try broker.requestTimes()
    var failure: BenchError?
    try inTurns(entrants.filter { $0.transport.kind == .kafka }, 0, topics) { entrant throws(BenchError) in
      guard failure == nil else { return }
      progress("\(entrant.transport.name): the broker's own times")
      // Slow clients get fewer sends.
      let begin = FrameClock.monotonic()
      _ = try entrant.pair.oneInFlight(Self.monitoredSends) { _ in
        Double(FrameClock.monotonic() - begin) / 1e9 > options.budget / 3
      }
      // While the metrics are read it would fetch on.
      entrant.pair.suspend()
      let after: RequestTimes
      do throws(BenchError) { after = try broker.requestTimes() } catch { return failure = error }
      var means: [String: RequestTimes.Means] = [:]
      for request in RequestTimes.Request.allCases {
        means[request.rawValue] = after.means(since: before, of: request)
      }
      entrant.brokerTimes = means
      before = after
    }
    if let failure { throw failure }
  }

  func endToEndLatency(
    _ kafka: KafkaTools, _ topics: ComparisonTopics
  ) throws(BenchError) -> TransportReport.Tool {
    let topic: String
    do throws(TransportError) { topic = try topics.create(payload: files.largest) } catch {
      throw .transport(error)
    }
    return try kafka.endToEndLatency(
      brokers: self.kafka.brokers, topic: topic, sends: options.sends, bytes: files.meanBytes)
  }
}
