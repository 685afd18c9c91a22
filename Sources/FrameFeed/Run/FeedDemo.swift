import FrameCore
import FrameLatency
import KafkaTransport

/// A source and a sink in one process, connected by a topic.
public final class FeedDemo: Sendable {
  private let streamer: FeedStreamer
  private let sink: FeedSink

  public init(_ streamer: FeedStreamer, _ sink: FeedSink) {
    self.streamer = streamer
    self.sink = sink
  }

  /// Stops the source; the sink ends when it has read the end of the run.
  public func stop() { streamer.stop() }

  /// Returns the sink's counts, with those of the source added.
  public func snapshot() -> FeedSnapshot {
    let source = streamer.snapshot()
    var snapshot = sink.snapshot()
    snapshot.command = "demo"
    snapshot.total = source.total
    snapshot.frames = source.frames.ofSource(with: snapshot.frames)
    snapshot.stages.merge(source.stages) { sink, _ in sink }
    snapshot.window?.stages.merge(source.window?.stages ?? [:]) { sink, _ in sink }
    return snapshot
  }

  /// Runs both to their end. Blocks the calling thread.
  public func run() throws(FeedError) -> FeedOutcome {
    let answer = SinkAnswer()
    let sink = sink
    let sinking = PipelineThread("framefeed-sink") {
      let result: Result<FeedOutcome?, FeedError>
      do throws(FeedError) { result = .success(try sink.sink()) } catch { result = .failure(error) }
      answer.result.withLock { $0 = result }
    }
    // Joining a group takes time, which must not count as latency.
    var waited = 0
    while !sink.waitUntilReady(deadline: FrameClock.monotonic() + 100_000_000), waited < 150 {
      if answer.result.withLock({ $0 != nil }) { break }
      waited += 1
    }
    let sent: Result<FeedOutcome, FeedError>
    do throws(FeedError) { sent = .success(try streamer.stream()) } catch { sent = .failure(error) }
    // The run has no end record, so the sink would wait for it.
    if (try? sent.get())?.isOpen ?? true { sink.stop() }
    sinking.join()
    let source = try sent.get()
    guard let received = try answer.result.withLock({ $0 })?.get() else {
      throw .option("the sink found no topic")
    }
    // Frames that the sink received were sent, whether or not the broker acknowledged them.
    let isSent = source.isComplete || source.isUnconfirmed
    return FeedOutcome(
      report: source.report.joined(with: received.report),
      isComplete: isSent && received.isComplete, wasStopped: source.wasStopped,
      failure: source.failure ?? received.failure)
  }

  /// Passes the sink's result out of its thread.
  private final class SinkAnswer: Sendable {
    let result = Lock<Result<FeedOutcome?, FeedError>?>(nil)
  }
}

extension RunReport {
  /// Returns one report of a stream and its sink: all stages, and the counts of both sides.
  func joined(with sink: RunReport) -> RunReport {
    var report = self
    report.command = "demo"
    report.durationSeconds = max(durationSeconds, sink.durationSeconds)
    report.settings = settings.merging(sink.settings) { source, _ in source }
    report.frames = frames.ofSource(with: sink.frames)
    report.rate = sink.rate
    report.stages = stages.merging(sink.stages) { source, _ in source }
    report.process = .current()
    report.feeds = sink.feeds
    report.perFeed = sink.perFeed
    // Both sides read the same pictures.
    report.oddities = (oddities ?? [:]).merging(sink.oddities ?? [:]) { max($0, $1) }
    if report.oddities?.isEmpty == true { report.oddities = nil }
    let notes = (notes ?? []) + (sink.notes ?? []).filter { !(self.notes ?? []).contains($0) }
    report.notes = notes.isEmpty ? nil : notes
    return report
  }
}

extension FrameCounts {
  /// Returns the counts of both sides together.
  fileprivate func ofSource(with sink: FrameCounts) -> FrameCounts {
    var frames = sink
    frames.sent = sent
    frames.acknowledged = acknowledged
    frames.droppedFull = droppedFull
    frames.rejected = (rejected ?? 0) + (sink.rejected ?? 0)
    return frames
  }
}
