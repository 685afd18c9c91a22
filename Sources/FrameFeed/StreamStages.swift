import FrameCodecs
import FrameCore
import FrameSources
import KafkaTransport

/// The threads and queues of one stream, from the source to the producer.
struct StreamStages {
  private let reader: CaptureReader
  private let pacer: CapturePacer
  private let encoders: [EncodeStage]
  private let sender: SendStage
  private let encodeQueue: BoundedQueue<CapturedFrame>
  private let encoded: OrderedHandoff<EncodedFrame>
  private let pools: [FramePool]
  private let producer: FrameProducer
  private let stop: StopSignal
  private let drain: DrainDeadline

  init(
    _ source: any FrameSource, _ options: StreamOptions, _ pace: FrameSchedule.Pace,
    _ producer: FrameProducer, _ tally: StreamTally, _ stop: StopSignal, _ drain: DrainDeadline
  ) {
    // What may be out at a time is bounded by the queues; the pools only have to be large enough that no
    // stage waits for one that waits for it.
    let inFlight = 64
    let workers = 2 * options.encoders + 2
    let capturePool = FramePool(
      buffers: StreamOptions.readAhead + StreamOptions.encodeQueue + workers + inFlight)
    let payloadPool = FramePool(buffers: workers + inFlight)
    let readQueue = BoundedQueue<ReadFrame>(
      capacity: StreamOptions.readAhead, bytes: StreamOptions.queueBytes)
    encodeQueue = BoundedQueue<CapturedFrame>(
      capacity: StreamOptions.encodeQueue, bytes: StreamOptions.queueBytes, whenFull: options.whenFull)
    let handoff = OrderedHandoff<EncodedFrame>(capacity: options.encoders)
    let tickets = Tickets(encodeQueue)
    reader = CaptureReader(
      source: source, options: options, pace: pace, pool: capturePool, queue: readQueue, stop: stop,
      tally: tally)
    pacer = CapturePacer(pace: pace, read: readQueue, encode: encodeQueue, stop: stop, tally: tally)
    encoders = (0..<options.encoders).map { _ in
      EncodeStage(
        encoder: FrameEncoder(
          codec: options.codec, resizing: options.resizing, orientation: options.orientation,
          damaged: options.damaged,
          limits: options.limits),
        tickets: tickets, encoded: handoff, pool: payloadPool, tally: tally, log: options.log)
    }
    sender = SendStage(producer: producer, encoded: handoff, tally: tally, log: options.log)
    encoded = handoff
    pools = [capturePool, payloadPool]
    self.producer = producer
    self.stop = stop
    self.drain = drain
  }

  /// Runs all stages to their end, or until what is under way after a stop has had its time.
  /// - Returns: frames sent, and why no more could be read, if so: what was read before is sent all the same.
  func run() throws(FeedError) -> (sent: Int, readError: FeedError?) {
    let outcome = Monitor<(sent: Result<Int, FeedError>?, read: FeedError?)>((nil, nil))
    let (reader, pacer, sender) = (reader, pacer, sender)
    var threads = [
      PipelineThread("frame-reader") {
        do throws(FeedError) {
          try reader.run()
        } catch {
          outcome.withLock { $0.read = error }
        }
      },
      PipelineThread("frame-pacer") { pacer.run() },
    ]
    threads += encoders.map { encoder in PipelineThread("frame-encoder") { encoder.run() } }
    threads.append(
      PipelineThread("frame-sender") {
        let result: Result<Int, FeedError>
        do throws(FeedError) {
          result = .success(try sender.run())
        } catch {
          result = .failure(error)
        }
        outcome.withLock { $0.sent = result }
        outcome.wakeAll()
      })
    let sent = waitForSender(outcome)
    for thread in threads { thread.join() }
    return (try sent.get(), outcome.withLock { $0.read })
  }

  private func waitForSender(
    _ outcome: Monitor<(sent: Result<Int, FeedError>?, read: FeedError?)>
  ) -> Result<Int, FeedError> {
    while true {
      let now = FrameClock.monotonic()
      let sent = outcome.withLock(waitingUntil: { $0.sent != nil }, deadline: now + 100_000_000) { $0.sent }
      if let sent {
        if case .failure = sent { halt() }
        return sent
      }
      // A broker that is gone must not keep a stopped feed alive.
      if stop.isRequested, now > drain.deadline { halt() }
    }
  }

  /// Ends all stages now; what they hold is dropped. What librdkafka holds is not.
  private func halt() {
    stop.request()
    reader.source.close()
    encodeQueue.close()
    encodeQueue.removeAll()
    encoded.end(at: 0)
    for pool in pools { pool.close() }
    producer.refuse()
  }
}
