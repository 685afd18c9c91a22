import FrameCodecs
import FrameCore
import FrameFeed
import FrameLatency
import KafkaTransport
import LogLines

/// Sends sample frames through a broker to a tensor, with one codec.
struct FeedTrial {
  let frames: SampleFrames
  let codec: Codec
  let takesFiles: Bool
  var resizing: FrameResizing?
  let kafka: KafkaSettings
  /// The largest payload, bytes.
  let payload: Int

  /// The result of one trial.
  struct Outcome {
    /// Latencies from the source to the model, ns.
    let latencies: [Int64]
    /// Rate at the model.
    let framesPerSecond: Double?
    /// Latencies by ``Stage`` name.
    let stages: [String: StageSummary]
    /// librdkafka's settings that differ from its defaults.
    let settings: [String: String]
  }

  /// Frames at the start that are not counted: memory grows, and clients connect.
  static let settling = 5

  /// - Parameters:
  ///   - count: frames that are counted.
  ///   - window: most frames in flight.
  func run(_ count: Int, window limit: Int) throws(BenchError) -> Outcome {
    do {
      let topics = try ComparisonTopics(kafka)
      let topic = try topics.create(payload: payload, kept: 2 * limit + 2)
      let window = FlowWindow(limit: limit, timeout: 20)
      let log = Log(level: .error)
      var stream = StreamOptions(feed: "compare", codec: codec, kafka: kafka, log: log)
      stream.topic = topic
      stream.pace = .asFastAsPossible
      stream.resizing = resizing
      stream.frames = Self.settling + count
      var sink = SinkOptions(model: ArrivalModel.register(window), kafka: kafka, log: log)
      sink.topic = topic
      sink.group = topic
      sink.untilEnd = true
      sink.awaitsRun = true
      let source = SampleFeed(frames, takesFiles: takesFiles, window: window)
      let outcome = try FeedDemo(FeedStreamer(source, stream), try FeedSink(sink)).run()
      if let failure = outcome.failure { throw failure }
      guard outcome.isComplete else {
        throw BenchError.failed("codec \(codec): frames are missing or were rejected")
      }
      return Outcome(
        latencies: window.latencies(after: Self.settling),
        framesPerSecond: window.rate(after: Self.settling),
        stages: outcome.report.stages.mapValues(\.withoutHistogram), settings: outcome.report.settings)
    } catch let error as TransportError {
      throw .transport(error)
    } catch let error as BenchError {
      throw error
    } catch {
      throw .failed("codec \(codec): \(error)")
    }
  }
}
