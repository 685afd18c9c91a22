import FrameCodecs
import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport
import LogLines
import Synchronization

/// The model's side: fetches records, decodes them into batch tensors, asks the model, and keeps the books.
///
/// ```
/// fetch -> intake -> decoders (in parallel) -> [batches, in order] -> model -> results, offsets
/// ```
/// Every queue is bounded: with policy `every` a slow model holds the fetching back, with `latest` the frames it
/// has no time for are dropped. A record counts as read when the model has answered and the answer is saved.
public final class FeedSink: Sendable {
  let options: SinkOptions
  let tally: SinkTally
  private let model: any Model
  private let failure = SinkFailure()
  let offsets: AnsweredOffsets
  private let stopSignal = StopSignal()
  private let drain: DrainDeadline
  /// Set when what is under way will not be answered any more.
  private let gone = StopSignal()
  private let ready = Monitor(false)
  private let ends = Monitor(PartitionEnds())
  /// While it runs.
  private let intake = Mutex<(any FrameIntake)?>(nil)

  /// - Throws: when the manifest names no model that this program has.
  public init(_ options: SinkOptions) throws(FeedError) {
    self.options = options
    tally = SinkTally(sync: options.sync)
    offsets = AnsweredOffsets(failure)
    drain = DrainDeadline(stopSignal, timeout: options.drainTimeout)
    do throws(ModelError) {
      model = try ModelRegistry.make(options.model)
    } catch {
      throw .model(error)
    }
  }

  /// Fetches nothing more; what was fetched is still answered, within the drain timeout.
  public func stop() {
    drain.begin()
    stopSignal.request()
    // The fetching may wait for room behind a model that takes its time.
    intake.withLock { $0 }?.close()
  }

  /// Waits until partitions were given to this sink.
  /// - Returns: whether that was before the deadline (monotonic, ns).
  public func waitUntilReady(deadline: Int64) -> Bool {
    ready.withLock(waitingUntil: { $0 }, deadline: deadline) { $0 }
  }

  /// Reads the topic until its end or a stop, as the options say. Blocks the calling thread, which also
  /// fetches; the other stages have threads of their own. Call it once.
  /// - Returns: `nil` when stopped or timed out before the topic existed.
  /// - Throws: when the model fails, or what must be saved cannot be; what was not saved is read again.
  public func sink() throws(FeedError) -> FeedOutcome? {
    let startedWall = FrameClock.now()
    let started = FrameClock.monotonic()
    guard let topic = try awaitTopic(started) else { return nil }
    let results = try resultWriter()
    let letters = try deadLetters(topic)
    let rejections = Rejections(options, tally, failure, letters: letters)
    let line = BatchLine(TensorPool(spec: model.manifest.input, batches: SinkOptions.batches))
    let intake = makeIntake(line, RecordBooks(options, tally, rejections))
    self.intake.withLock { $0 = intake }
    defer { self.intake.withLock { $0 = nil } }
    let consumer = try consumer(topic)
    offsets.attach(consumer)
    defer { offsets.detach() }
    let stages = SinkStages(
      intake: intake, line: line, decoders: decoders(intake, line, rejections),
      inference: InferenceStage(line: line, intake: intake, model: model, results: results, tally: tally),
      failure: failure)
    stages.start()
    let sync = options.sync ? ClockSync(options, tally) : nil
    let end = FetchStage(
      consumer: consumer, intake: intake, options: options, tally: tally, ends: ends, ready: ready,
      failure: failure,
      stop: stopSignal
    ).run()
    intake.close()
    // Nothing is answered after a failure, so nothing need wait for it.
    if end == .failed || intake.hasEnough.isRequested { intake.discard() }
    var wasAbandoned = false
    stages.drain(until: drain) {
      wasAbandoned = true
      gone.request()
      // They may wait for a broker.
      results?.abandon()
      letters?.abandon()
    }
    sync?.stop()
    // After a failure there is nothing to wait for when the partitions go.
    if failure.error != nil { gone.request() }
    let lag = offsets.lag
    do throws(TransportError) { try consumer.close(deadline: drain.deadline) } catch {
      options.log.warning("\(error)")
    }
    guard let error = failure.error else { return outcome(end, startedWall, started, consumer, lag: lag) }
    var isReaderGone = false
    if case .readerGone = error { isReaderGone = true }
    guard wasAbandoned || isReaderGone else { throw error }
    options.log.warning("\(error)")
    return outcome(isReaderGone ? .stopped : end, startedWall, started, consumer, lag: lag)
  }

  private func makeIntake(_ line: BatchLine, _ books: RecordBooks) -> any FrameIntake {
    switch options.policy {
    case .every: EveryFrameIntake(frames: options.frames, books, line, offsets, tally)
    case .latest:
      LatestFrameIntake(
        frames: options.frames, batch: model.manifest.input.batch, books, line, offsets, tally)
    }
  }

  private func decoders(
    _ intake: any FrameIntake, _ line: BatchLine, _ rejections: Rejections
  ) -> [DecodeStage] {
    // What the model needs of a frame.
    var demand = DecodeDemand(model.manifest.input)
    demand.exactness = options.exactness
    demand.orientation = options.orientation
    demand.damaged = options.damaged
    let crew = options.decoders > 1 ? DecodeCrew(threads: options.decoders) : nil
    return (0..<options.decoders).map { _ in
      DecodeStage(
        intake: intake, line: line, decoder: FrameDecoder(limits: options.limits, demand: demand, crew: crew),
        writer: TensorWriter(spec: model.manifest.input), rejections: rejections,
        pictures: tally.pictures, options: options)
    }
  }

  private func awaitTopic(_ started: Int64) throws(FeedError) -> PreparedTopic? {
    guard !options.isEmbedded else { return .embedded }
    let deadline = options.idleTimeout.map { started + FrameClock.nanoseconds($0) } ?? .max
    do throws(TransportError) {
      return try PreparedTopic.wait(
        options.topic, options.kafka, until: deadline, stopSignal, options.log)
    } catch {
      throw .transport(error)
    }
  }

  private func resultWriter() throws(FeedError) -> (any ResultWriter)? {
    switch options.results {
    case .file(let path): try ResultFile(path)
    case .topic(let topic): try ResultTopic(topic, options.kafka, log: kafkaLog(options.log))
    case nil: nil
    }
  }

  private func deadLetters(_ topic: PreparedTopic) throws(FeedError) -> (any DeadLetters)? {
    switch options.deadLetters {
    case .directory(let path): try DeadLetterDirectory(path)
    case .topic(let name): try DeadLetterTopic(name, largest: topic.maximumRecord, options)
    case nil: nil
    }
  }

  private func consumer(_ topic: PreparedTopic) throws(FeedError) -> FrameConsumer {
    var reading = FrameConsumer.Options(topic: options.topic, group: options.group)
    reading.partitions = options.partitions
    reading.start = options.start
    reading.maximumRecord = topic.maximumRecord
    reading.brokerIgnoresFetchLimits = topic.isLocalDevelopmentBroker
    let (tally, offsets, ready, ends, gone, drain) = (tally, offsets, ready, ends, gone, drain)
    let log = options.log
    let timeout = FrameClock.nanoseconds(options.drainTimeout)
    do throws(TransportError) {
      return try FrameConsumer(
        options.kafka, reading, log: kafkaLog(log),
        rebalancing: FrameConsumer.Rebalancing(
          assigned: { partitions in
            log.info("reading partitions \(partitions.map(\.partition).sorted())")
            for given in partitions where given.lost > 0 {
              log.warning(
                "partition \(given.partition): the topic dropped \(given.lost) records before they were read; raise its retention",
                [.field("partition", given.partition), .field("lost", given.lost)]
              )
            }
            for given in partitions where given.isMadeAnew {
              log.warning(
                "partition \(given.partition): the group had read past its end, so the topic was made anew; reading from its beginning",
                [.field("partition", given.partition)]
              )
            }
            tally.ledger.assigned(partitions)
            offsets.assigned(partitions)
            ends.withLock { $0.moved(partitions.map(\.partition)) }
            ready.withLock { $0 = true }
            ready.wakeAll()
          },
          revoked: { partitions in
            // What was fetched of them is answered and committed before another sink gets them.
            let deadline = FrameClock.monotonic() + timeout
            while !gone.isRequested, FrameClock.monotonic() < min(deadline, drain.deadline) {
              let step = FrameClock.monotonic() + 50_000_000
              if tally.underWay.withLock(waitingUntil: { $0 == 0 }, deadline: step, { $0 == 0 }) { break }
            }
            tally.ledger.revoked(partitions)
            offsets.revoked(partitions)
            ends.withLock { $0.moved(partitions) }
          }))
    } catch {
      throw .transport(error)
    }
  }
}
