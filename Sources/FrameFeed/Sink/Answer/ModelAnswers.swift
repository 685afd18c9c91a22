import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport

/// The batches in flight at the model, and the handling of its answers. In the order of receipt it records latencies,
/// saves results and marks records as done, on the thread that delivers the next answer, one batch at a time.
final class ModelAnswers: BatchReceiver {
  /// A batch in flight at the model.
  private struct Asked {
    var batch: BatchLine.Batch
    /// When the model got it, ns since the Unix epoch.
    var at: Int64
    /// The index in the batch's entries of each frame that the model got.
    var entries: [Int]
    var frames: [FrameIdentity]
  }

  private enum Outcome: Sendable {
    case nothing
    case model(BatchOutcome, answered: Int64)
  }

  private struct State {
    var order: AnswerOrder<Outcome>
    /// Oldest first, as in `order`.
    var asked: [Asked] = []
    var spareRows: [AnswerRows] = []
    var spareEntries: [[Int]] = []
    var spareFrames: [[FrameIdentity]] = []
  }

  private let line: BatchLine
  private let intake: any FrameIntake
  private let model: any Model
  private let results: (any ResultWriter)?
  private let rejections: Rejections
  private let tally: SinkTally
  private let failed: @Sendable (FeedError) -> Void
  private let state: Monitor<State>

  /// - Parameter failed: called when answering has failed; records without an answer are not done.
  init(
    line: BatchLine, intake: any FrameIntake, model: any Model, results: (any ResultWriter)?,
    _ rejections: Rejections, _ tally: SinkTally, failed: @escaping @Sendable (FeedError) -> Void
  ) {
    self.line = line
    self.intake = intake
    self.model = model
    self.results = results
    self.rejections = rejections
    self.tally = tally
    self.failed = failed
    state = Monitor(State(order: AnswerOrder(limit: model.manifest.runtime.maximumInFlight)))
  }

  // MARK: asking

  /// Waits until the model may get another batch, and passes this one to it. For one thread.
  /// - Returns: false when answering has ended.
  func ask(_ batch: consuming BatchLine.Batch) -> Bool {
    var (entries, frames, rows) = state.withLock(waitingUntil: { $0.order.hasRoom }) { state in
      (
        state.spareEntries.popLast() ?? [], state.spareFrames.popLast() ?? [],
        state.spareRows.popLast() ?? AnswerRows()
      )
    }
    intake.batchStarted(frames: batch.frames)
    compact(batch, &entries, &frames)
    let tensor = frames.isEmpty ? nil : batch.tensor
    // The model does not get this tensor, so it need not return it.
    if tensor == nil { batch.tensor = nil }
    let asked = Asked(batch: batch, at: FrameClock.now(), entries: entries, frames: frames)
    let ticket: Int? = state.withLock { state in
      guard !state.order.isAbandoned else { return nil }
      state.asked.append(asked)
      return state.order.enter()
    }
    guard let ticket else { return false }
    if let tensor {
      model.take(
        PendingBatch(tensor: tensor, frames: consume frames, ticket: ticket, rows: rows, receiver: self))
    } else {
      state.withLock { state in
        state.spareRows.append(rows)
        state.order.settle(ticket, .nothing)
      }
      leave()
    }
    return !state.withLock { $0.order.isAbandoned }
  }

  /// Fills the slots of rejected frames with later ones, and collects the identities of the frames that remain.
  private func compact(
    _ batch: borrowing BatchLine.Batch, _ entries: inout [Int], _ frames: inout [FrameIdentity]
  ) {
    guard let tensor = batch.tensor else { return }
    var slot = 0
    for (position, entry) in batch.entries.enumerated() {
      guard let frame = entry.frame else { continue }
      if case .ready = frame.outcome {
        tensor.moveSlot(from: slot, to: frames.count)
        frames.append(frame.description.identity)
        entries.append(position)
      }
      slot += 1
    }
    tensor.count = frames.count
  }

  /// Waits until all batches are answered, then saves the results.
  func finish() {
    let isAbandoned = state.withLock(waitingUntil: { $0.order.isEmpty }) { $0.order.isAbandoned }
    guard !isAbandoned else { return }
    do throws(FeedError) { try results?.close() } catch { failed(error) }
  }

  // MARK: answers

  func settle(_ ticket: Int, _ outcome: consuming BatchOutcome) {
    let now = FrameClock.now()
    let outcome = Outcome.model(outcome, answered: now)
    state.withLock { $0.order.settle(ticket, outcome) }
    leave()
  }

  /// Processes the settled batches at the front, in order.
  private func leave() {
    while true {
      var leaving: (asked: Asked, outcome: Outcome)? = state.withLock { state in
        guard let outcome = state.order.leave() else { return nil }
        return (state.asked.removeFirst(), outcome)
      }
      // Moved out: a second reference would prevent the reuse of memory.
      guard let outcome = leaving?.outcome, var asked = leaving.take()?.asked else { return }
      var rows: AnswerRows?
      do throws(FeedError) {
        if case .model(let said, let answered) = outcome {
          rows = try self.rows(of: said, frames: asked.frames.count)
          if let rows { try answer(asked, rows, answered) }
        }
      } catch {
        failed(error)
        abandon()
        return
      }
      asked.batch.tensor = nil
      intake.batchAnswered(asked.batch.entries)
      recycle(asked, rows)
    }
  }

  private func rows(of said: BatchOutcome, frames: Int) throws(FeedError) -> AnswerRows {
    func failure(_ reason: String) -> FeedError {
      .model(.inference(model: model.manifest.name, reason: reason))
    }
    switch said {
    case .answered(let rows):
      if let problem = rows.problem(frames: frames, outputs: model.outputs) {
        throw failure("its answer is wrong: \(problem)")
      }
      return rows
    case .failed(let error): throw .model(error)
    case .dropped:
      throw failure("it released a batch without an answer; its records are read again at the next start")
    }
  }

  private func answer(_ asked: Asked, _ rows: AnswerRows, _ now: Int64) throws(FeedError) {
    tally.last.set(Int(FrameClock.monotonic()))
    for (row, position) in asked.entries.enumerated() {
      let entry = asked.batch.entries[position]
      guard let frame = entry.frame, case .ready(let times, let record) = frame.outcome else { continue }
      if let reason = rows.failure(frame: row) {
        rejections.reject(
          frame.description.identity, entry.place, record, reason: "the model has no answer: \(reason)")
        continue
      }
      let description = frame.description
      tally.latency.record(.decodeWait, nanoseconds: times.began - frame.received)
      tally.latency.record(.decode, nanoseconds: times.ended - times.began)
      tally.latency.record(.tensor, nanoseconds: times.tensor)
      tally.latency.record(.batchWait, nanoseconds: asked.at - times.ended)
      tally.latency.record(.infer, nanoseconds: now - asked.at)
      let latency = tally.clocks.measures(description.clock) ? now - description.stamps.scheduled : nil
      if let latency { tally.latency.record(.endToEnd, nanoseconds: latency) }
      tally.inferred.add()
      tally.feeds.inferred(description.identity.feed, latency: latency)
      tally.ledger.withLock { $0.noteInferred(description.identity, entry.place.partition) }
      try results?.write(
        ResultRow(
          identity: description.identity, latency: latency, outputs: model.outputs, rows: rows, frame: row))
    }
    // Saved before the records are done: a crash in between repeats results and never loses one.
    try results?.flush()
  }

  private func recycle(_ asked: consuming Asked, _ rows: consuming AnswerRows?) {
    // Moved out, so that emptying an array keeps its memory.
    var (entries, positions, frames): ([BatchEntry], [Int], [FrameIdentity]) = ([], [], [])
    swap(&entries, &asked.batch.entries)
    swap(&positions, &asked.entries)
    swap(&frames, &asked.frames)
    positions.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
    rows?.removeAll()
    line.recycle(&entries)
    let spare = (positions: positions, frames: frames, rows: rows)
    state.withLock { state in
      state.order.left()
      state.spareEntries.append(spare.positions)
      state.spareFrames.append(spare.frames)
      if let rows = spare.rows { state.spareRows.append(rows) }
    }
    state.wakeAll()
  }

  /// Handles no more answers: later ones are ignored.
  func abandon() {
    state.withLock { state in
      state.order.abandon()
      state.asked = []
    }
    state.wakeAll()
  }
}
