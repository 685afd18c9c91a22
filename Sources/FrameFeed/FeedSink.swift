import FrameCodecs
import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport
import Logging
import Synchronization

/// The model's side: fetches records, decodes them into batch tensors, asks the model, and keeps the books.
///
/// ```
/// fetch -> [records] -> intake -> decoders (in parallel) -> [batches, in order] -> model -> results, offsets
/// ```
/// Every queue is bounded: a slow model holds the fetching back. A record counts as read when the model has
/// answered and the answer is saved.
public final class FeedSink: Sendable {
  private let options: SinkOptions
  private let model: any Model
  private let tally: SinkTally
  private let stopSignal = StopSignal()
  private let ready = Monitor(false)

  /// - Throws: when the manifest names no model that this program has.
  public init(_ options: SinkOptions) throws(FeedError) {
    self.options = options
    tally = SinkTally(sync: options.sync)
    do throws(ModelError) {
      model = try ModelRegistry.make(options.model)
    } catch {
      throw .model(error)
    }
  }

  /// Fetches nothing more; what was fetched is still answered.
  public func stop() { stopSignal.request() }

  /// Waits until partitions were given to this sink.
  /// - Returns: whether that was before the deadline (monotonic, ns).
  public func waitUntilReady(deadline: Int64) -> Bool {
    ready.withLock(waitingUntil: { $0 }, deadline: deadline) { $0 }
  }

  /// Reads the topic until its end or a stop, as the options say. Blocks the calling thread, which also
  /// fetches; the other stages have threads of their own.
  /// - Returns: `nil` when stopped or timed out before the topic existed.
  public func sink() throws(FeedError) -> FeedOutcome? {
    let startedWall = FrameClock.now()
    let started = FrameClock.monotonic()
    guard let topic = try awaitTopic(started) else { return nil }
    let results = try resultWriter()
    let queue = BoundedQueue<Record>(
      capacity: SinkOptions.recordQueue, bytes: SinkOptions.recordQueueBytes)
    let line = BatchLine(TensorPool(spec: model.manifest.input, batches: SinkOptions.batches))
    let intake = RecordIntake(options, queue, line, tally)
    let failed = Failure()
    let gone = StopSignal()
    let consumer = try consumer(topic, gone)
    let inference = InferenceStage(
      line: line, model: model, results: results, tally: tally,
      store: { partition, next in consumer.store(partition: partition, next: next) })
    let demand = demand
    let crew = options.decoders > 1 ? DecodeCrew(threads: options.decoders) : nil
    let decoders = (0..<options.decoders).map { _ in
      DecodeStage(
        intake: intake, line: line, decoder: FrameDecoder(limits: options.limits, demand: demand, crew: crew),
        writer: TensorWriter(spec: model.manifest.input), tally: tally, options: options)
    }
    let decoding = decoders.map { decoder in PipelineThread("frame-decoder") { decoder.run() } }
    let inferring = PipelineThread("frame-model") {
      do throws(FeedError) {
        try inference.run()
      } catch {
        failed.error.withLock { $0 = error }
        // Nothing is answered any more, so nothing need wait for it.
        queue.close()
        queue.removeAll()
        line.close()
      }
      gone.request()
    }
    let sync = options.sync ? ClockSync(options, tally) : nil
    let end = fetch(consumer, queue, intake, failed)
    queue.close()
    if intake.hasEnough.isRequested { queue.removeAll() }
    for thread in decoding { thread.join() }
    line.close()
    inferring.join()
    sync?.stop()
    do throws(TransportError) { try consumer.close() } catch {
      options.logger.warning("\(error)")
    }
    if let error = failed.error.withLock({ $0 }) { throw error }
    return outcome(end, startedWall, started, consumer)
  }

  /// What the model needs of a frame.
  private var demand: DecodeDemand {
    var demand = DecodeDemand(model.manifest.input)
    demand.exactness = options.exactness
    demand.orientation = options.orientation
    return demand
  }

  /// Carries an error from the model's thread.
  private final class Failure: Sendable {
    let error = Mutex<FeedError?>(nil)
  }

  private enum End {
    /// The wanted frames, or every run, were read.
    case complete
    /// Stopped from outside.
    case stopped
    /// Nothing came for too long.
    case idle
    case failed
  }

  private func awaitTopic(_ started: Int64) throws(FeedError) -> PreparedTopic? {
    guard !options.isEmbedded else { return .embedded }
    let deadline = options.idleTimeout.map { started + Int64($0 * 1e9) } ?? .max
    do throws(TransportError) {
      return try PreparedTopic.wait(
        options.topic, options.kafka, until: deadline, stopSignal, options.logger)
    } catch {
      throw .transport(error)
    }
  }

  private func resultWriter() throws(FeedError) -> (any ResultWriter)? {
    switch options.results {
    case .file(let path): try ResultFile(path)
    case .topic(let topic): try ResultTopic(topic, options.kafka)
    case nil: nil
    }
  }

  private func consumer(_ topic: PreparedTopic, _ gone: StopSignal) throws(FeedError) -> FrameConsumer {
    var reading = FrameConsumer.Options(topic: options.topic, group: options.group)
    reading.partitions = options.partitions
    reading.start = options.start
    reading.maximumRecord = topic.maximumRecord
    reading.brokerIgnoresFetchLimits = topic.isLocalDevelopmentBroker
    let (tally, ready, logger) = (tally, ready, options.logger)
    let timeout = Int64(options.drainTimeout * 1e9)
    do throws(TransportError) {
      return try FrameConsumer(
        options.kafka, reading, log: kafkaLog(logger),
        rebalancing: FrameConsumer.Rebalancing(
          assigned: { partitions in
            logger.info("reading partitions \(partitions.map(\.partition).sorted())")
            for given in partitions where given.lost > 0 {
              logger.warning(
                "partition \(given.partition): the topic dropped \(given.lost) records before they were read; raise its retention"
              )
            }
            for given in partitions where given.isMadeAnew {
              logger.warning(
                "partition \(given.partition): the group had read past its end, so the topic was made anew; reading from its beginning"
              )
            }
            tally.ledger.assigned(partitions)
            ready.withLock { $0 = true }
            ready.wakeAll()
          },
          revoked: { partitions in
            // What was fetched of them is answered and committed before another sink gets them.
            let deadline = FrameClock.monotonic() + timeout
            while !gone.isRequested, FrameClock.monotonic() < deadline {
              let step = FrameClock.monotonic() + 50_000_000
              if tally.underWay.withLock(waitingUntil: { $0 == 0 }, deadline: step, { $0 == 0 }) { break }
            }
            tally.ledger.revoked(partitions)
          }))
    } catch {
      throw .transport(error)
    }
  }

  private func fetch(
    _ consumer: FrameConsumer, _ queue: BoundedQueue<Record>, _ intake: RecordIntake, _ failed: Failure
  ) -> End {
    var partitions = PartitionEnds()
    var lastRecord = FrameClock.monotonic()
    while true {
      if stopSignal.isRequested { return .stopped }
      if intake.hasEnough.isRequested { return .complete }
      if failed.error.withLock({ $0 != nil }) { return .failed }
      switch consumer.poll(milliseconds: 50) {
      case .record(let record):
        lastRecord = FrameClock.monotonic()
        partitions.met(record.partition)
        tally.underWay.withLock { $0 += 1 }
        let bytes = record.byteCount
        queue.push(record, bytes: bytes)
        continue
      case .partitionEnd(let partition):
        partitions.ended(partition)
      case .problem(let error):
        if let fatal = consumer.fatalError {
          failed.error.withLock { $0 = .transport(fatal) }
          return .failed
        }
        options.logger.warning("\(error)")
      case .nothing: break
      }
      if options.untilEnd, tally.underWay.withLock({ $0 == 0 }),
        partitions.allEnded(of: tally.ledger.assignedPartitions), tally.ledger.allEnded
      {
        return .complete
      }
      if let timeout = options.idleTimeout, tally.underWay.withLock({ $0 == 0 }),
        FrameClock.monotonic() - lastRecord > Int64(timeout * 1e9)
      {
        return .idle
      }
    }
  }

  private func outcome(
    _ end: End, _ startedWall: Int64, _ started: Int64, _ consumer: FrameConsumer
  ) -> FeedOutcome {
    let report = report(end, startedWall, started, consumer)
    let counts = report.frames
    let cutShort = options.untilEnd && end == .idle
    return FeedOutcome(
      report: report,
      isComplete: counts.missing == 0 && counts.rejected == 0 && tally.ledger.lost == 0 && !cutShort,
      wasStopped: end == .stopped)
  }

  private func report(
    _ end: End, _ startedWall: Int64, _ started: Int64, _ consumer: FrameConsumer
  ) -> RunReport {
    let counts = tally.ledger.totals
    let payload = tally.payloadBytes.value
    let first = tally.first.value
    let flowed = max(Double(tally.last.value - first) / 1e9, 1e-9)
    let feeds = tally.ledger.reports
    let names = Set(feeds.map(\.feed))
    let clocks = tally.clocks.reports(at: FrameClock.now())
    return RunReport(
      command: "sink", started: RunReport.timestamp(startedWall),
      durationSeconds: Double(FrameClock.monotonic() - started) / 1e9, versions: Versions.all,
      broker: options.kafka.brokers, settings: consumer.effectiveSettings,
      feed: names.count == 1 ? names.first : nil, frames: counts,
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: payload),
      rate: RunReport.Rate(
        fps: Double(counts.inferred ?? 0) / flowed, megabytesPerSecond: Double(payload) / 1e6 / flowed),
      stages: tally.latency.summaries().byName, feeds: feeds, clocks: clocks, notes: notes(end, feeds, clocks)
    )
  }

  private func notes(_ end: End, _ feeds: [FeedReport], _ clocks: [ClockReport]?) -> [String]? {
    var notes: [String] = []
    if options.isEmbedded { notes.append("client path only: librdkafka's in-process cluster, no network") }
    notes += (clocks ?? []).map { $0.note(isSynchronised: tally.clocks.isSynchronised) }
    let malformed = tally.malformedSync.value
    if malformed > 0 {
      notes.append("\(malformed) records of \(SyncTopic.name(options.topic)) were ignored: malformed")
    }
    let tombstones = tally.tombstones.value
    if tombstones > 0 { notes.append("\(tombstones) records with a null value were skipped") }
    if tally.ledger.lost > 0 {
      notes.append(
        "the topic dropped \(tally.ledger.lost) records before this group read them: raise its retention")
    }
    if end == .idle, options.untilEnd {
      notes.append("nothing came for \(options.idleTimeout ?? 0) s; not every run's end was seen")
    }
    let negative = tally.latency.negativeCount
    if negative > 0 { notes.append("\(negative) durations were negative (clocks) and count as 0") }
    return notes.isEmpty ? nil : notes
  }

  /// How far the sink is.
  public var progress: FeedProgress {
    var progress = FeedProgress()
    progress.entered = tally.received.value
    progress.done = tally.inferred.value
    progress.rejected = tally.rejected.value
    progress.bytes = tally.payloadBytes.value
    progress.total = options.frames
    let first = tally.first.value
    if first > 0 { progress.seconds = Double(Int(FrameClock.monotonic()) - first) / 1e9 }
    let endToEnd = tally.latency.summary(.endToEnd)
    progress.p50 = endToEnd?.p50
    progress.p99 = endToEnd?.p99
    return progress
  }
}
