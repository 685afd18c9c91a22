import FrameCodecs
import FrameCore
import FrameSources

/// The threads and queues of one stream, from the source to the producer.
struct StreamStages {
  private let reader: CaptureReader
  private let pacer: CapturePacer
  private let encoders: [EncodeStage]
  private let sender: SendStage
  private let encodeQueue: BoundedQueue<CapturedFrame>
  private let workers: OrderedWorkers<CapturedFrame, EncodedFrame>
  private let pools: [FramePool]
  /// Ends the reading; requested by a stop and by ``halt()``.
  private let stop: StopSignal
  private var threads: [PipelineThread] = []
  private let endings = Monitor(Endings())

  private struct Endings {
    var sending: SendStage.Ending?
    var reading: FeedError?
  }

  init(
    _ source: any FrameSource, _ options: StreamOptions, _ pace: FrameSchedule.Pace,
    _ producer: any FrameSending, _ tally: StreamTally, _ stop: StopSignal
  ) {
    // The queues bound what is in use at a time. The pools need only be large enough that no stage waits for one that
    // waits for it.
    let inFlight = 64
    // One frame per encoder, and as many finished ones that wait for a slower encoder.
    let encoding = 2 * options.encoders
    let capturePool = FramePool(
      buffers: StreamOptions.readAhead + StreamOptions.encodeQueue + encoding + 2 + inFlight)
    let payloadPool = FramePool(buffers: encoding + 2 + inFlight)
    let readQueue = BoundedQueue<ReadFrame>(
      capacity: StreamOptions.readAhead, bytes: StreamOptions.queueBytes)
    let encodeQueue = BoundedQueue<CapturedFrame>(
      capacity: StreamOptions.encodeQueue, bytes: StreamOptions.queueBytes, whenFull: options.whenFull)
    let workers = OrderedWorkers<CapturedFrame, EncodedFrame>(encodeQueue, capacity: encoding)
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
        workers: workers, pool: payloadPool, tally: tally, log: options.log)
    }
    sender = SendStage(producer: producer, workers: workers, tally: tally, log: options.log)
    self.encodeQueue = encodeQueue
    self.workers = workers
    pools = [capturePool, payloadPool]
    self.stop = stop
  }

  /// Starts the threads. They end after the source's last frame, or ``halt()``.
  mutating func start() {
    let (reader, pacer, sender, endings) = (reader, pacer, sender, endings)
    threads = [
      PipelineThread("frame-reader") {
        do throws(FeedError) {
          try reader.run()
        } catch {
          endings.withLock { $0.reading = error }
        }
      },
      PipelineThread("frame-pacer") { pacer.run() },
    ]
    threads += encoders.map { encoder in PipelineThread("frame-encoder") { encoder.run() } }
    threads.append(
      PipelineThread("frame-sender") {
        let ending = sender.run()
        endings.withLock { $0.sending = ending }
        endings.wakeAll()
      })
  }

  /// Waits until the sender has ended or the deadline (monotonic, ns) has passed.
  /// - Returns: how it ended; `nil` at the deadline.
  func sending(until deadline: Int64) -> SendStage.Ending? {
    endings.withLock(waitingUntil: { $0.sending != nil }, deadline: deadline) { $0.sending }
  }

  /// Ends all stages now and drops what they hold. A sender that waits for a broker keeps waiting.
  func halt() {
    stop.request()
    reader.source.close()
    workers.abort()
    encodeQueue.close()
    encodeQueue.removeAll()
    for pool in pools { pool.close() }
  }

  /// Waits until all threads have ended. Call it once.
  /// - Returns: the error that ended the reading, if any.
  mutating func join() -> FeedError? {
    for thread in threads { thread.join() }
    threads = []
    return endings.withLock { $0.reading }
  }
}
