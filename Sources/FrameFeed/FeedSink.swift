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
  private let tally = SinkTally()
  private let stopSignal = StopSignal()
  private let ready = Monitor(false)
  private let drain: DrainDeadline
  /// Where fetched records wait, while there is a run.
  private let fetched = Mutex<BoundedQueue<Record>?>(nil)

  /// - Throws: when the manifest names no model that this program has.
  public init(_ options: SinkOptions) throws(FeedError) {
    self.options = options
    drain = DrainDeadline(stopSignal, timeout: options.drainTimeout)
    do throws(ModelError) {
      model = try ModelRegistry.make(options.model)
    } catch {
      throw .model(error)
    }
  }

  /// Fetches nothing more; what was fetched is still answered.
  public func stop() {
    drain.begin()
    stopSignal.request()
    // The fetching may be waiting for room there; the record it holds is read again by the next sink.
    fetched.withLock { $0?.close() }
  }

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
    fetched.withLock { $0 = queue }
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
    let end = fetch(consumer, queue, intake, failed)
    queue.close()
    // Results that wait for a broker must not keep a stopped sink alive.
    let drain = drain
    let draining = PipelineThread("frame-drain") {
      if end == .stopped, gone.sleep(until: drain.deadline) { results?.abandon() }
    }
    if intake.hasEnough.isRequested { queue.removeAll() }
    for thread in decoding { thread.join() }
    line.close()
    inferring.join()
    draining.join()
    do throws(TransportError) { try consumer.close(deadline: drain.deadline) } catch {
      options.logger.warning("\(error)")
    }
    if let error = failed.error.withLock({ $0 }) {
      guard end == .stopped else { throw error }
      options.logger.warning("\(error)")
    }
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
    case .topic(let topic): try ResultTopic(topic, options.kafka, log: kafkaLog(options.logger))
    case nil: nil
    }
  }

  private func consumer(_ topic: PreparedTopic, _ gone: StopSignal) throws(FeedError) -> FrameConsumer {
    var reading = FrameConsumer.Options(topic: options.topic, group: options.group)
    reading.partitions = options.partitions
    reading.start = options.start
    reading.maximumRecord = topic.maximumRecord
    reading.brokerIgnoresFetchLimits = topic.isLocalDevelopmentBroker
    let (tally, ready, drain, logger) = (tally, ready, drain, options.logger)
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
            while !gone.isRequested, FrameClock.monotonic() < min(deadline, drain.deadline) {
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
    var notice: Int64? = lastRecord + 5_000_000_000
    while true {
      if let due = notice, FrameClock.monotonic() > due {
        notice = nil
        sayWhyNothingComes()
      }
      if stopSignal.isRequested { return .stopped }
      if intake.hasEnough.isRequested { return .complete }
      if failed.error.withLock({ $0 != nil }) { return .failed }
      switch consumer.poll(milliseconds: 50) {
      case .record(let record):
        lastRecord = FrameClock.monotonic()
        partitions.met(record.partition)
        tally.underWay.withLock { $0 += 1 }
        let bytes = record.byteCount
        if queue.push(record, bytes: bytes) == .closed { tally.done(1) }
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

  /// A sink that gets no partitions looks like one that hangs.
  private func sayWhyNothingComes() {
    guard !ready.withLock({ $0 }) else { return }
    options.logger.notice(
      "group \(options.group) has given this sink no partitions yet; those of a sink that was killed are kept for it until its session ends (session.timeout.ms). -X group.instance.id=NAME, the same at each start, lets a sink take its own place at once"
    )
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
    return RunReport(
      command: "sink", started: RunReport.timestamp(startedWall),
      durationSeconds: Double(FrameClock.monotonic() - started) / 1e9, versions: Versions.all,
      broker: options.kafka.brokers, settings: consumer.effectiveSettings,
      feed: names.count == 1 ? names.first : nil, frames: counts,
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: payload),
      rate: RunReport.Rate(
        fps: Double(counts.inferred ?? 0) / flowed, megabytesPerSecond: Double(payload) / 1e6 / flowed),
      stages: tally.latency.summaries().byName, feeds: feeds, notes: notes(end, feeds))
  }

  private func notes(_ end: End, _ feeds: [FeedReport]) -> [String]? {
    var notes: [String] = []
    if options.isEmbedded { notes.append("client path only: librdkafka's in-process cluster, no network") }
    let foreign = tally.foreignClock.value
    if foreign > 0 {
      notes.append(
        "\(foreign) frames carry stamps of another host's clock: transport and endToEnd are uncorrected")
    }
    let tombstones = tally.tombstones.value
    if tombstones > 0 { notes.append("\(tombstones) records with a null value were skipped") }
    if tally.ledger.lost > 0 {
      notes.append(
        "the topic dropped \(tally.ledger.lost) records before this group read them: raise its retention")
    }
    if end == .idle, options.untilEnd {
      notes.append("nothing came for \(options.idleTimeout ?? 0) s; not every run's end was seen")
      notes += tally.ledger.unendedNotes
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
