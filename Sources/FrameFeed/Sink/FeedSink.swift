import FrameCodecs
import FrameCore
import FrameLatency
public import FrameModels
import FrameTensors
import KafkaTransport
import LogLines

/// The model's side: fetches records, decodes them into batch tensors, runs the model, and reports what happened to
/// each.
///
/// ```
/// fetch -> intake -> decoders (in parallel) -> [batches, in order] -> model -> results, offsets
/// ```
/// Every queue is bounded: with policy `every` a slow model throttles fetching, with `latest` frames are dropped
/// instead. A record counts as read when the model has answered and the answer is saved.
public final class FeedSink: Sendable {
  let options: SinkOptions
  let tally: SinkTally
  let failure = SinkFailure()
  let stopSignal = StopSignal()
  let ready = Monitor(false)
  private let model: any Model
  private let drain: DrainDeadline
  /// Set while the sink runs.
  private let running = Lock(Running())

  private struct Running {
    var intake: (any FrameIntake)?
    var consumer: FrameConsumer?
    var results: (any ResultWriter)?
    var letters: (any DeadLetters)?
  }

  /// Creates a sink for the model named in the manifest of the options.
  /// - Throws: when this program does not have that model.
  public convenience init(_ options: SinkOptions) throws(FeedError) {
    do throws(ModelError) {
      self.init(options, model: try ModelRegistry.make(options.model))
    } catch {
      throw .model(error)
    }
  }

  /// Creates a sink for this model. Its own manifest defines the tensors, not that of the options.
  public init(_ options: SinkOptions, model: any Model) {
    self.options = options
    self.model = model
    tally = SinkTally(sync: options.sync)
    drain = DrainDeadline(stopSignal, timeout: options.drainTimeout)
  }

  /// Stops fetching; records already fetched are still answered, within the drain timeout.
  public func stop() {
    stopSignal.request()
    let running = running.withLock { $0 }
    // Fetching may be blocked by a slow model, or by a broker that accepts no dead letter.
    running.intake?.close()
    guard running.letters != nil else { return }
    _ = PipelineThread("sink-deadline") { [self] in
      while FrameClock.monotonic() < drain.deadline, self.running.withLock({ $0.letters != nil }) {
        _ = StopSignal().sleep(until: min(drain.deadline, FrameClock.monotonic() + 200_000_000))
      }
      running.letters?.abandon()
    }
  }

  /// Whether a stop was requested.
  public var wasStopped: Bool { stopSignal.isRequested }

  /// Waits until partitions are assigned to this sink.
  /// - Returns: whether that was before the deadline (monotonic, ns).
  public func waitUntilReady(deadline: Int64) -> Bool {
    ready.withLock(waitingUntil: { $0 }, deadline: deadline) { $0 }
  }

  /// The records of the topic without an answer; `nil` until the brokers return their offsets.
  var lag: Int? { running.withLock { $0.consumer }?.behind }

  /// Reads the topic until its end or a stop, as the options say. Blocks the calling thread, which also fetches; the
  /// other stages have their own threads. Call it once.
  /// - Returns: `nil` when stopped or timed out before the topic existed.
  /// - Throws: when the sink cannot start. Later errors are in the outcome or, if the drain was abandoned, in the log;
  ///   records without a saved answer are read again.
  public func sink() throws(FeedError) -> FeedOutcome? {
    let startedWall = FrameClock.now()
    let started = FrameClock.monotonic()
    guard let topic = try awaitTopic(started) else { return nil }
    let results = try resultWriter()
    let letters = try deadLetters(topic)
    let consumer = try consumer(topic)
    let rejections = Rejections(options, tally, failure, letters: letters)
    let spec = model.manifest.input
    let batches = options.batches(of: spec, inFlight: model.manifest.runtime.maximumInFlight)
    let line = BatchLine(TensorPool(spec: spec, batches: batches), decoders: options.decoders)
    let records = AnsweredRecords(consumer: consumer, failure: failure)
    let intake = makeIntake(line, RecordAccounting(options, tally, rejections), records)
    let failed: @Sendable (FeedError) -> Void = { [failure] error in
      failure.report(error)
      // No further answers come, so nothing may wait for them.
      intake.discard()
      line.abandon()
    }
    let answers = ModelAnswers(
      line: line, intake: intake, model: model, results: results, rejections, tally, failed: failed)
    running.withLock { $0 = Running(intake: intake, consumer: consumer, results: results, letters: letters) }
    defer { running.withLock { $0 = Running() } }
    let stages = SinkStages(
      intake: intake, line: line, decoders: decoders(intake, line, rejections), answers: answers)
    stages.start()
    let sync = options.sync ? ClockSync(options, tally) : nil
    var fetching = Fetching(self, consumer, intake)
    let end = fetching.run()
    intake.close()
    // No answers come after a failure, so nothing may wait for them.
    if end == .failed || intake.isSatisfied.isRequested { intake.discard() }
    var wasAbandoned = false
    stages.drain(until: drain, serving: { fetching.serve() }) {
      wasAbandoned = true
      // They may be waiting for a broker.
      results?.abandon()
      letters?.abandon()
    }
    sync?.stop()
    let ending = Ending(
      end: end, lag: consumer.behind, unread: fetching.unread, wasServed: fetching.wasServed,
      wall: startedWall, monotonic: started)
    // Closing needs a few answers of a broker, even when the drain timeout is used up.
    let deadline = max(drain.deadline, FrameClock.monotonic() + 1_500_000_000)
    do throws(TransportError) { try consumer.close(deadline: deadline) } catch {
      options.log.warning("\(error)")
    }
    // Events of the last moment. A revocation here is the end of reading, not a rebalance.
    for event in consumer.takeEvents() {
      if case .revoked = event { continue }
      fetching.note(event)
    }
    guard let error = failure.error else { return outcome(ending, consumer) }
    var isReaderGone = false
    if case .readerGone = error { isReaderGone = true }
    guard wasAbandoned || isReaderGone else {
      // The report covers what was done before the failure.
      var outcome = outcome(ending, consumer)
      outcome.failure = error
      return outcome
    }
    options.log.warning("\(error)")
    return outcome(isReaderGone ? ending.with(.stopped) : ending, consumer)
  }

  private func makeIntake(
    _ line: BatchLine, _ accounting: RecordAccounting, _ records: AnsweredRecords
  ) -> any FrameIntake {
    switch options.policy {
    case .every: EveryFrameIntake(frames: options.frames, accounting, line, records)
    case .latest:
      LatestFrameIntake(
        frames: options.frames, batch: model.manifest.input.batch,
        inFlight: model.manifest.runtime.maximumInFlight, accounting, line, records)
    }
  }

  private func decoders(
    _ intake: any FrameIntake, _ line: BatchLine, _ rejections: Rejections
  ) -> [DecodeStage] {
    // The requirements of the model on a frame.
    var demand = DecodeDemand(model.manifest.input)
    demand.exactness = options.exactness
    demand.orientation = options.orientation
    demand.damaged = options.damaged
    let crew = options.decoders > 1 ? DecodeCrew(threads: options.decoders) : nil
    return (0..<options.decoders).map { number in
      DecodeStage(
        number: number, intake: intake, line: line,
        decoder: FrameDecoder(limits: options.limits, demand: demand, crew: crew),
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
    case .topic(let topic):
      try ResultTopic(topic, options.kafka, log: kafkaLog(options.log), stop: stopSignal)
    case nil: nil
    }
  }

  private func deadLetters(_ topic: PreparedTopic) throws(FeedError) -> (any DeadLetters)? {
    switch options.deadLetters {
    case .directory(let path): try DeadLetterDirectory(path)
    case .topic(let name):
      try DeadLetterTopic(name, largest: topic.maximumRecord, options, stop: stopSignal)
    case nil: nil
    }
  }

  private func consumer(_ topic: PreparedTopic) throws(FeedError) -> FrameConsumer {
    var reading = FrameConsumer.Options(topic: options.topic, group: options.group)
    reading.partitions = options.partitions
    // A topic created during the wait is read from its beginning.
    reading.start = topic.wasAwaited && options.start == .latest ? .beginning : options.start
    reading.rewinds = options.rewinds
    reading.maximumRecord = topic.maximumRecord
    reading.brokerIgnoresFetchLimits = topic.isLocalDevelopmentBroker
    reading.handoverTimeout = options.drainTimeout
    var kafka = options.kafka
    if let name = options.name { kafka.set("group.instance.id", name) }
    do throws(TransportError) {
      let consumer = try FrameConsumer(kafka, reading, log: kafkaLog(options.log))
      try consumer.start(until: stopSignal)
      return consumer
    } catch {
      throw .transport(error)
    }
  }
}
