import FrameCore
import KafkaTransport
import LogLines

/// Fetches records for the intake, on the thread that runs the sink.
struct FetchStage: ~Copyable {
  let consumer: FrameConsumer
  let intake: any FrameIntake
  let options: SinkOptions
  let tally: SinkTally
  let ends: Monitor<PartitionEnds>
  /// Whether partitions were given to this sink.
  let ready: Monitor<Bool>
  let failure: SinkFailure
  let stop: StopSignal

  /// Why the fetching ended.
  enum End {
    /// The wanted frames, or every run, were read.
    case complete
    /// Stopped from outside.
    case stopped
    /// Nothing came for too long.
    case idle
    case failed
  }

  /// Fetches until the end.
  func run() -> End {
    var lastRecord = FrameClock.monotonic()
    var notice: Int64? = lastRecord + 5_000_000_000
    while true {
      if let due = notice, FrameClock.monotonic() > due {
        notice = nil
        sayWhyNothingComes()
      }
      if stop.isRequested { return .stopped }
      if intake.hasEnough.isRequested { return .complete }
      if failure.error != nil { return .failed }
      switch consumer.poll(milliseconds: 50) {
      case .record(let record):
        lastRecord = FrameClock.monotonic()
        ends.withLock { $0.met(record.partition) }
        tally.underWay.withLock { $0 += 1 }
        if !intake.offer(record) { tally.done(1) }
        continue
      case .partitionEnd(let partition):
        ends.withLock { $0.ended(partition) }
      case .problem(let error):
        if let fatal = consumer.fatalError {
          failure.report(.transport(fatal))
          return .failed
        }
        options.log.warning("\(error)")
      case .nothing: break
      }
      let isIdle = tally.underWay.withLock { $0 == 0 }
      if options.untilEnd, isIdle, hasReadAll {
        return .complete
      }
      if let timeout = options.idleTimeout, isIdle,
        FrameClock.monotonic() - lastRecord > FrameClock.nanoseconds(timeout)
      {
        return .idle
      }
    }
  }

  /// Whether its partitions have been read to their ends, with at least one run, and every run is at its end.
  private var hasReadAll: Bool {
    let assigned = tally.ledger.assignedPartitions
    return ends.withLock { $0.allEnded(of: assigned) } && tally.ledger.allEnded
  }

  /// A sink that gets no partitions looks like one that hangs.
  private func sayWhyNothingComes() {
    guard !ready.withLock({ $0 }) else { return }
    options.log.notice(
      "group \(options.group) has given this sink no partitions yet; those of a sink that was killed are kept for it until its session ends (session.timeout.ms). -X group.instance.id=NAME, the same at each start, lets a sink take its own place at once"
    )
  }
}
