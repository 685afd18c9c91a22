import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport

/// Takes batches in order through the model; then records latencies, saves results and marks the records as done.
struct InferenceStage: Sendable {
  let line: BatchLine
  let intake: any FrameIntake
  let model: any Model
  let results: (any ResultWriter)?
  let tally: SinkTally

  /// Runs until the last batch.
  /// - Throws: when the model fails or results cannot be saved; the batch's records are then not marked as done.
  func run() throws(FeedError) {
    var frames: [FrameIdentity] = []
    var values: [Double] = []
    while let batch = line.next() {
      intake.taken(batch)
      frames.removeAll(keepingCapacity: true)
      compact(batch, &frames)
      if let tensor = batch.tensor, !frames.isEmpty {
        do throws(ModelError) {
          try model.infer(tensor, frames: frames, values: &values)
        } catch {
          throw .model(error)
        }
        try answer(batch, values)
      }
      intake.answered(batch)
      line.recycle(batch)
    }
    try results?.close()
  }

  /// Closes the holes that rejected frames left and names the frames that stay.
  private func compact(_ batch: FrameBatch, _ frames: inout [FrameIdentity]) {
    guard let tensor = batch.tensor else { return }
    var slot = 0
    for entry in batch.entries {
      guard let frame = entry.frame else { continue }
      if case .ready = frame.outcome {
        tensor.moveSlot(from: slot, to: frames.count)
        frames.append(frame.description.identity)
      }
      slot += 1
    }
    tensor.count = frames.count
  }

  private func answer(_ batch: FrameBatch, _ values: [Double]) throws(FeedError) {
    let now = FrameClock.now()
    tally.last.set(Int(FrameClock.monotonic()))
    var row = 0
    for entry in batch.entries {
      guard let frame = entry.frame, case .ready(let decoded, let tensor) = frame.outcome else { continue }
      let description = frame.description
      tally.latency.record(.decode, nanoseconds: decoded - frame.received)
      tally.latency.record(.tensor, nanoseconds: tensor - decoded)
      tally.latency.record(.infer, nanoseconds: now - tensor)
      let latency = tally.clocks.measures(description.clock) ? now - description.stamps.scheduled : nil
      if let latency { tally.latency.record(.endToEnd, nanoseconds: latency) }
      tally.inferred.add()
      tally.ledger.withLock { $0.inferred(description.identity, entry.place.partition) }
      let start = row * model.rowCount
      try results?.write(
        ResultRow(
          identity: description.identity, latency: latency,
          outputs: model.outputs, values: values[start..<start + model.rowCount]))
      row += 1
    }
    // Saved before the records count as done: a crash between the two repeats results, never loses one.
    try results?.flush()
  }
}
