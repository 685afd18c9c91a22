import FrameCore
import FrameFeed
public import KafkaTransport

/// FrameFeed's own transport as a peer: the producer and consumer of `stream` and `sink`.
public enum KafkaPeer {
  /// Runs until standard input ends.
  public static func run(_ options: PeerOptions, _ kafka: KafkaSettings) throws(BenchError) {
    guard let topic = options.topic else { throw .option("--topic is missing") }
    let payloads = try PeerPayloads(directory: options.payloads)
    do throws(TransportError) {
      switch options.role {
      case .send: try send(payloads, topic, kafka)
      case .receive: try receive(payloads, topic, kafka)
      }
    } catch {
      throw .transport(error)
    }
  }

  private static func client(_ kafka: KafkaSettings) -> String {
    "FrameFeed \(Versions.framefeed) librdkafka \(librdkafkaVersion) preset \(kafka.preset.rawValue)"
  }

  private static func send(
    _ payloads: PeerPayloads, _ topic: String, _ kafka: KafkaSettings
  ) throws(TransportError) {
    let starts = Lock<[Int: Int64]>([:])
    let options = FrameProducer.Options(
      topic: topic, feed: "peer", run: "peer", maximumRecord: TopicSettings.defaultMaximumRecord)
    let producer = try FrameProducer(kafka, options) { delivery in
      if let error = delivery.error { PeerLines.fail("\(error)") }
      let done = FrameClock.monotonic()
      guard let sequence = delivery.sequence,
        let start = starts.withLock({ $0.removeValue(forKey: sequence) })
      else { return }
      PeerLines.sent(sequence, start: start, done: done)
    }
    try producer.connect()
    PeerLines.ready(nil, client(kafka))
    let pool = FramePool(buffers: 64)
    let formats = (0..<payloads.count).map { format(payloads[$0]) }
    try PeerLines.forEachOrder { order throws(TransportError) in
      // A frame is in its buffer before it is due, so that the copy here is not counted either.
      guard var buffer = pool.take(payloads.largest) else { return }
      buffer.append(copying: payloads[order.number].span.bytes)
      let start = PeerLines.wait(for: order)
      let wall = FrameClock.now()
      starts.withLock { $0[order.number] = start }
      try producer.send(
        buffer, sequence: order.number, format: formats[order.number % formats.count],
        stamps: SourceStamps(scheduled: wall, captured: wall, encoded: wall, sent: wall))
    }
    _ = producer.drain(until: FrameClock.monotonic() + 20_000_000_000)
    producer.close()
  }

  /// Returns the format of a frame: that of the image file, or of plain grey samples.
  private static func format(_ payload: [UInt8]) -> PayloadFormat {
    let bytes = payload.span.bytes
    if let header = ImageHeader(bytes), let content = try? header.content() {
      return PayloadFormat(content: content)
    }
    do throws(LayoutError) {
      let limits = FrameLimits(maximumPixels: payload.count)
      let layout = try PixelLayout(width: payload.count, height: 1, format: .mono8, limits: limits)
      return PayloadFormat(content: FrameContent(.pixels, layout))
    } catch {
      preconditionFailure("a row of samples has a layout: \(error)")
    }
  }

  private static func receive(
    _ payloads: PeerPayloads, _ topic: String, _ kafka: KafkaSettings
  ) throws(TransportError) {
    var options = FrameConsumer.Options(topic: topic, group: "framefeed-peer")
    options.partitions = .these([0])
    options.start = .latest
    options.brokerIgnoresFetchLimits = try TopicAdmin(kafka).cluster().isLocalDevelopmentBroker
    options.keepsPositions = false
    let consumer = try FrameConsumer(kafka, options)
    try consumer.start()
    PeerLines.endWithInput()
    var count = 0
    while true {
      switch consumer.poll(milliseconds: 100) {
      case .record(let record):
        let now = FrameClock.monotonic()
        record.payload.withUnsafeBytes { payloads.check(count, $0) }
        PeerLines.received(count, now)
        count += 1
      case .problem(let error): throw error
      case .event(let event):
        if case .assigned = event { PeerLines.ready(nil, client(kafka)) }
      default: break
      }
    }
  }
}
